import type { ComponentChildren } from 'preact'
import { Field } from './field.tsx'

interface TextFieldProps {
  readonly id: string
  readonly label: string
  readonly hint?: ComponentChildren
  readonly errors: readonly string[]
  /** Of the whole field. */
  readonly class?: string
  /** The classes of the input, such as `code`. */
  readonly look?: string
  readonly required?: boolean
  readonly placeholder?: string
  /** The id of what there is to choose from. */
  readonly list?: string
  readonly value: string
  onChange(value: string): void
}

/** A labelled input of a name or the like, which neither the browser nor its spelling fills in. */
export function TextField({ look, required, placeholder, list, value, onChange, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      {(attributes) => (
        <input
          {...attributes}
          required={required}
          class={look}
          list={list}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
