import { CommandError } from './command-error.ts'
import type { Connection } from './connection.ts'
import { elementsOf } from './json-array.ts'
import { printable } from './printable.ts'

/** A refusal of the API, as a sentence, with its HTTP status. */
export class ApiRefusal extends CommandError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** The service could not be asked: nothing listens, the name is unknown, the connection broke, no answer came in time. */
export class UnreachableError extends CommandError {}

/** How long the service may be silent, in ms. */
const defaultPatienceMs = 30_000
/**
 * How much is fetched ahead of a reader that pauses, and how often: about a megabyte, since less does not move what stands in
 * the buffers of both machines, and well within the 30 s after which the service hangs up.
 */
const [aheadChunks, aheadEveryMs] = [16, 5_000]

export interface Question {
  /** JSON as it is to be sent. */
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
  readonly patienceMs?: number
}

/**
 * Asks the service's API one thing. The only place of the command line that fetches.
 * @returns the answer's JSON; undefined for an answer without a body
 * @throws ApiRefusal, UnreachableError, and CommandError for an answer that is not Duly's
 */
export async function ask<T>(
  connection: Connection,
  method: string,
  path: string,
  question: Question = {},
): Promise<T> {
  const exchange = new Exchange(connection, question.patienceMs)
  const response = await exchange.send(method, path, question)
  const text = await exchange.wait(response.text())
  if (response.status === 204) return undefined as T
  return exchange.parse(response, text) as T
}

/**
 * All tasks that match, as the service streams them: none is lost or shown twice when others change meanwhile, as it would
 * be from one numbered page to the next.
 * @throws as `ask`
 */
export async function* listTasks(connection: Connection, query: URLSearchParams): AsyncGenerator<unknown> {
  const exchange = new Exchange(connection)
  const response = await exchange.send('GET', `/tasks${query.size > 0 ? `?${query}` : ''}`, {})
  if (!isJson(response)) throw exchange.notDuly(response)
  try {
    yield* elementsOf(exchange.read(response))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(`${connection.base} broke its answer off: try again.`)
    throw error
  } finally {
    exchange.end()
  }
}

const isJson = (response: Response) => response.headers.get('content-type')?.includes('json') ?? false

/** One request and its answer, each step of which the service gets its time for. */
class Exchange {
  readonly #controller = new AbortController()
  readonly #connection: Connection
  readonly #patienceMs: number

  constructor(connection: Connection, patienceMs = defaultPatienceMs) {
    this.#connection = connection
    this.#patienceMs = patienceMs
  }

  /** Gives an answer of 2xx back; its body is still to be read. */
  async send(method: string, path: string, { body, headers }: Question): Promise<Response> {
    const { base, credentials } = this.#connection
    const response = await this.wait(
      fetch(`${base}${path}`, {
        method,
        // Basic passes everywhere; many ingresses drop the headers service_id and token.
        headers: {
          ...headers,
          authorization: `Basic ${Buffer.from(`${credentials.id}:${credentials.token}`).toString('base64')}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
        // Credentials go to the address that was given and to no other.
        redirect: 'manual',
        signal: this.#controller.signal,
      }),
    )
    if (response.ok) return response
    throw this.#refusal(response, await this.wait(response.text()))
  }

  /**
   * The body as text, chunk by chunk, as fast as it is taken. While it is not taken (a person reads on in `less`) a little is
   * fetched ahead now and then, because the service hangs up on a connection on which nothing moves.
   */
  async *read(response: Response): AsyncGenerator<string> {
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    const ahead: ReturnType<typeof reader.read>[] = []
    const timer = setInterval(() => {
      for (let more = 0; more < aheadChunks; more++) {
        const chunk = this.wait(reader.read())
        // Whoever takes it hears of its failure.
        chunk.catch(() => {})
        ahead.push(chunk)
      }
    }, aheadEveryMs)
    try {
      for (;;) {
        const { done, value } = await (ahead.shift() ?? this.wait(reader.read()))
        if (done) return
        yield decoder.decode(value, { stream: true })
      }
    } finally {
      clearInterval(timer)
    }
  }

  /** Waits for a step of the exchange, no longer than the service may be silent. */
  async wait<T>(step: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.end(), this.#patienceMs)
    try {
      return await step
    } catch (error) {
      throw this.#failure(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Lets go of the connection; what is still waited for fails. */
  end(): void {
    this.#controller.abort()
  }

  parse(response: Response, text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      throw this.notDuly(response)
    }
  }

  notDuly({ status }: Response): CommandError {
    return new CommandError(
      `${this.#connection.base} answered ${status} with something that is not Duly's: check the address (--service-url or DULY_URL).`,
    )
  }

  #failure(error: unknown): UnreachableError {
    const { base } = this.#connection
    const { code, message } = error as { code?: string | number; message: string }
    if (this.#controller.signal.aborted)
      return new UnreachableError(
        `${base} did not answer within ${this.#patienceMs / 1_000} s: try again, or look at its log.`,
      )
    if (code === 'ECONNREFUSED' || code === 'ConnectionRefused')
      return new UnreachableError(
        `Nothing listens at ${base} (connection refused): start the service (bun start), or say where it runs with --service-url or DULY_URL.`,
      )
    return new UnreachableError(
      `${base} cannot be reached (${printable(String(code ?? message))}): check the address (--service-url or DULY_URL) and the network.`,
    )
  }

  #refusal(response: Response, text: string): CommandError {
    const { status, headers } = response
    const { base, credentials, source } = this.#connection
    if (status >= 300 && status < 400) {
      const to = printable(headers.get('location') ?? 'elsewhere')
      return new CommandError(
        `${base} sends on to ${to}: give the address that answers itself (--service-url or DULY_URL).`,
      )
    }
    const said = readRefusal(text)
    if (said === undefined) return this.notDuly(response)
    if (status === 401)
      return new ApiRefusal(
        status,
        `${base} does not take these credentials: service id ${credentials.id}, with the token from ${source}. Check both, and the address.`,
      )
    const later = headers.get('retry-after')
    return new ApiRefusal(status, `${said}${later ? ` Try again in ${printable(later)} s.` : ''}`)
  }
}

/** What a refusal says, each field on a line of its own where there are several; undefined when it is not Duly's. */
function readRefusal(text: string): string | undefined {
  try {
    const { message, errors } = JSON.parse(text) as { message: unknown; errors?: { path: string; message: string }[] }
    if (typeof message !== 'string') return undefined
    const fields = (errors ?? []).map((field) => printable(`${field.path || 'the body'} ${field.message}`))
    if (fields.length === 0) return printable(message)
    if (fields.length === 1) return `The service does not take it: ${fields[0]}.`
    return `The service does not take it:\n${fields.map((field) => `  ${field}`).join('\n')}`
  } catch {
    return undefined
  }
}
