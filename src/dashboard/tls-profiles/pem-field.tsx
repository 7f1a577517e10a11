import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { Field } from '../parts/field.tsx'

/** A file is read up to this size, in bytes. The API takes less. */
const largestFile = 1_000_000

interface PemProps {
  readonly id: string
  readonly label: string
  readonly hint: ComponentChildren
  readonly errors: readonly string[]
  readonly placeholder: string
  /** Whether the text is not to be read over the reader's shoulder. */
  readonly isSecret?: boolean
  readonly value: string
  onChange(value: string): void
}

/** A field of a text in PEM, which is pasted, or read from a file. */
export function PemField({ id, label, hint, errors, placeholder, isSecret = false, value, onChange }: PemProps) {
  const file = useRef<HTMLInputElement>(null)
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      {(attributes) => (
        <div class="pem">
          <textarea
            {...attributes}
            class={isSecret ? 'code hidden-text' : 'code'}
            rows={6}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder={placeholder}
            value={value}
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
          <button type="button" aria-label={`Choose a file: ${label}`} onClick={() => file.current?.click()}>
            Choose a file…
          </button>
          <input
            ref={file}
            class="unseen"
            type="file"
            tabIndex={-1}
            aria-hidden="true"
            accept=".pem,.crt,.cer,.key,.txt"
            onChange={async ({ currentTarget }) => {
              const [chosen] = currentTarget.files ?? []
              if (chosen) onChange(await chosen.slice(0, largestFile).text())
              // The same file can be chosen again.
              currentTarget.value = ''
            }}
          />
        </div>
      )}
    </Field>
  )
}
