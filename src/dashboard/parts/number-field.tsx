import { Field } from './field.tsx'

interface NumberFieldProps {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly errors: readonly string[]
  /** What an empty input stands for. */
  readonly placeholder?: string
  /** As it is typed. */
  readonly value: string
  onChange(value: string): void
}

/** A labelled input of a number, which may be empty. */
export function NumberField({ value, placeholder, onChange, ...field }: NumberFieldProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <input
          {...attributes}
          class="number-input"
          inputMode="numeric"
          autocomplete="off"
          placeholder={placeholder}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
