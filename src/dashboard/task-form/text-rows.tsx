import { FieldErrors, HiddenNote } from '../parts/field.tsx'
import { isFilled, type TextRow, textRow } from './expect-draft.ts'
import { RowGroup } from './row-group.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

interface TextRowsProps {
  /** The list of texts within what is expected. */
  readonly name: 'contains' | 'not_contains'
  readonly legend: string
  /** What one text is called, for the accessible names. */
  readonly noun: string
  readonly adds: string
  readonly hint: string
  readonly rows: readonly TextRow[]
  readonly problem: FieldsProps['problem']
  /** @param at the JSON pointer of what was edited */
  change(rows: readonly TextRow[], at: string): void
}

/** Inputs for texts that the body of an answer has, or has not. */
export function TextRows({ name, legend, noun, adds, hint, rows, problem, change }: TextRowsProps) {
  const path = `/expect/${name}`
  const general = errorsAt(problem, path, legend)
  const filled = rows.filter(isFilled)
  const placeOf = (row: TextRow) => `${path}/${filled.indexOf(row)}`
  const set = (row: TextRow, text: string) => {
    const changed = rows.map((one) => (one === row ? { ...row, text } : one))
    // With a row that is empty the places of those after it are others.
    change(changed, row.text !== '' && text !== '' ? placeOf(row) : path)
  }
  return (
    <RowGroup
      id={`expect-${name}`}
      legend={legend}
      hint={hint}
      errors={general}
      rows={rows}
      adds={adds}
      onAdd={() => change([...rows, textRow()], `${path}/`)}
      onRemove={(row) =>
        change(
          rows.filter((one) => one !== row),
          path,
        )
      }
    >
      {(row, number, remove) => {
        const id = `${name}-${row.key}`
        const errors = isFilled(row) ? errorsAt(problem, placeOf(row), 'This text') : []
        return (
          <div key={row.key} class="input-row one">
            <input
              class="code"
              aria-label={`${noun} ${number}`}
              aria-invalid={errors.length + general.length > 0 || undefined}
              aria-describedby={errors.length > 0 ? `${id}-error` : undefined}
              autocomplete="off"
              spellcheck={false}
              value={row.text}
              onInput={(event) => set(row, event.currentTarget.value)}
            />
            <button type="button" aria-label={`Remove ${noun.toLowerCase()} ${number}`} onClick={remove}>
              Remove
            </button>
            <FieldErrors id={`${id}-error`} errors={errors} />
            <HiddenNote id={`${id}-hidden`} value={row.text} />
          </div>
        )
      }}
    </RowGroup>
  )
}
