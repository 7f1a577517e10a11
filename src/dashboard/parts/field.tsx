import type { ComponentChildren } from 'preact'

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
interface InputAttributes {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
}

/** A labelled input with its hint and errors. */
export function Field({ id, label, hint, errors = [], class: more = '', children }: FieldProps) {
  const described = [hint ? `${id}-hint` : '', errors.length > 0 ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <div class={`field ${more}`}>
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described || undefined,
        'aria-invalid': errors.length > 0 || undefined,
      })}
      <FieldErrors id={`${id}-error`} errors={errors} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
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
