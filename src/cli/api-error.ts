import type { FieldError } from '../formats/field-error.ts'
import { CommandError } from './command-error.ts'
import { printable } from './printable.ts'

/** An error response of the API. The message is its sentence. */
export class ApiErrorResponse extends CommandError {
  override readonly code: string

  constructor(
    /** The HTTP status. */
    readonly status: number,
    message: string,
    { code = `http_${status}`, errors = [], plan }: Partial<Omit<ErrorBody, 'message'>> = {},
  ) {
    super(message)
    this.code = code
    this.errors = errors
    this.plan = plan
  }

  /** The plan that the service found instead, for an apply that it refused. Anything: it is not checked. */
  readonly plan: unknown

  /** What is wrong with which field; empty for errors of other kinds. */
  override readonly errors: readonly FieldError[]
}

/** The service gave no response: connection refused, unknown host, broken connection, timeout. */
export class UnreachableError extends CommandError {
  override readonly code: string = 'unreachable'
}

/** An error response: its sentence, and what it says for programs. */
interface ErrorBody {
  readonly message: string
  readonly code: string | undefined
  readonly errors: readonly FieldError[]
  readonly plan: unknown
}

/** Parses an error response. Returns undefined when it is not from Duly. */
export function readErrorBody(text: string): ErrorBody | undefined {
  try {
    const { message, code, errors = [], plan } = JSON.parse(text) as Partial<ErrorBody>
    if (typeof message !== 'string') return undefined
    return { message: sentenceOf(message, errors), code: typeof code === 'string' ? code : undefined, errors, plan }
  } catch {
    return undefined
  }
}

/** Returns the sentence of an error. Errors of several fields are listed one per line. */
export function sentenceOf(message: string, errors: readonly FieldError[]): string {
  const fields = errors.map((field) => printable(`${field.path || 'the body'} ${field.message}`))
  if (fields.length === 0) return printable(message)
  if (fields.length === 1) return `The service does not take it: ${fields[0]}.`
  return `The service does not take it:\n${fields.map((field) => `  ${field}`).join('\n')}`
}
