import { type ComponentChildren, isValidElement } from 'preact'
import { hiddenIn } from '../client/visible.ts'

interface FieldProps {
  readonly id: string
  readonly label: string
  /** Allowed values and their effect. */
  readonly hint?: ComponentChildren
  /** Full sentences. */
  readonly errors?: readonly string[]
  readonly class?: string
  /** Renders the input with the attributes that link it to label, hint and errors. */
  readonly children: (input: InputAttributes) => ComponentChildren
}

/** Attributes that link an input to its label, hint and errors. */
export interface InputAttributes {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
}

/** A labelled input with its hint and errors. */
export function Field({ id, label, hint, errors = [], class: more = '', children }: FieldProps) {
  const input = (...told: string[]) =>
    children({
      id,
      'aria-describedby': told.map((part) => `${id}-${part}`).join(' ') || undefined,
      'aria-invalid': errors.length > 0 || undefined,
    })
  const told = [...(hint ? ['hint'] : []), ...(errors.length > 0 ? ['error'] : [])]
  const plain = input(...told)
  const { value, type } = isValidElement(plain)
    ? (plain.props as { readonly value?: unknown; readonly type?: unknown })
    : {}
  const hides = typeof value === 'string' && hiddenIn(value) !== undefined
  return (
    <div class={`field ${more}`}>
      <label for={id}>{label}</label>
      {hides ? input(...told, 'hidden') : plain}
      <FieldErrors id={`${id}-error`} errors={errors} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {hides && <HiddenNote id={`${id}-hidden`} value={value} isSecret={type === 'password'} />}
    </div>
  )
}

interface HiddenProps {
  readonly id: string
  readonly value: string
  /** Whether the input does not show its value: then it is not written here either. */
  readonly isSecret?: boolean
}

/** Tells of characters in an input that do not show there, or turn its text; renders nothing if there are none. */
export function HiddenNote({ id, value, isSecret = false }: HiddenProps) {
  const part = hiddenIn(value)
  if (part === undefined) return null
  if (isSecret)
    return (
      <p class="hint" id={id}>
        <strong>It has characters that do not show.</strong> Copy it again without them, or type it.
      </p>
    )
  return (
    <p class="hint" id={id}>
      <strong>It has characters that do not show:</strong> <span class="code">{part}</span>
    </p>
  )
}

/** The errors of an input; renders nothing if there are none. */
export function FieldErrors({ id, errors }: { id: string; errors: readonly string[] }) {
  if (errors.length === 0) return null
  return (
    <p class="field-error" id={id}>
      {errors.join(' ')}
    </p>
  )
}
