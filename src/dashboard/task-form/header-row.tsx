import { mask } from '../../formats/secret-mask.ts'
import { hiddenIn } from '../client/visible.ts'
import { FieldErrors, HiddenNote } from '../parts/field.tsx'
import { type HeaderRow, secretOf } from './header-rows.ts'

interface RowProps {
  readonly row: HeaderRow
  /** Counted from 1. */
  readonly number: number
  readonly errors: readonly string[]
  /** Whether the name is missing. The error is shown once for all rows. */
  readonly nameless: boolean
  change(part: Partial<HeaderRow>): void
  onRemove(): void
}

/** Inputs for one request header. A stored secret value is shown as the mask. */
export function HeaderRowFields({ row, number, errors, nameless, change, onRemove }: RowProps) {
  const id = `header-${row.key}`
  const secret = secretOf(row)
  const wrong = errors.length > 0
  const isValueWrong = wrong && (secret !== undefined || row.value === mask)
  const error = wrong ? `${id}-error` : ''
  const text = `${row.name}: ${row.value}`
  const hidden = hiddenIn(text) === undefined ? '' : `${id}-hidden`
  const described = [secret ? `${id}-secret` : '', error, hidden].filter(Boolean).join(' ')
  /** Selects the mask as a whole, so that typing replaces it. */
  const selectMask = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    if (currentTarget.value === mask) currentTarget.select()
  }
  return (
    <div class="input-row">
      <input
        class="code"
        aria-label={`Name of header ${number}`}
        aria-invalid={(wrong && !isValueWrong) || nameless || undefined}
        aria-describedby={`${error} ${hidden}`.trim() || undefined}
        placeholder="Name"
        autocomplete="off"
        spellcheck={false}
        value={row.name}
        onInput={(event) => change({ name: event.currentTarget.value })}
      />
      <input
        class="code"
        id={`${id}-value`}
        aria-label={`Value of header ${number}`}
        aria-invalid={isValueWrong || undefined}
        aria-describedby={described || undefined}
        placeholder="Value"
        autocomplete="off"
        spellcheck={false}
        value={row.value}
        onFocus={selectMask}
        onClick={selectMask}
        onInput={(event) => change({ value: event.currentTarget.value })}
      />
      <button type="button" aria-label={`Remove header ${number}`} onClick={onRemove}>
        Remove
      </button>
      {secret && (
        <p class="hint" id={`${id}-secret`}>
          {secretHint(secret, row)}
          {secret === 'replaced' && (
            <>
              {' '}
              <button
                type="button"
                class="plain"
                onClick={() => {
                  change({ value: mask })
                  // The button disappears; its input takes the focus.
                  document.getElementById(`${id}-value`)?.focus()
                }}
              >
                Keep the stored value
              </button>
            </>
          )}
        </p>
      )}
      <FieldErrors id={`${id}-error`} errors={errors} />
      <HiddenNote id={`${id}-hidden`} value={text} />
    </div>
  )
}

function secretHint(secret: NonNullable<ReturnType<typeof secretOf>>, { storedName, missing }: HeaderRow): string {
  switch (secret) {
    case 'kept':
      return 'Kept encrypted and not shown; type to replace it.'
    case 'replaced':
      return 'Replaces the stored value.'
    case 'renamed':
      return `The stored value is that of ${storedName} and does not go with another name; type it here anew.`
    case 'missing':
      return `Its secret value was ${missing}: enter it, or remove the header.`
  }
}
