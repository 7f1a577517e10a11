import type { OperatorName } from '../../task-fields/json-operators.ts'
import { FieldErrors, HiddenNote } from '../parts/field.tsx'
import { isBare, isFilled, type RuleRow, ruleRow } from './expect-draft.ts'
import { operatorWords, valueHint } from './expect-words.ts'
import { RowGroup } from './row-group.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

const path = '/expect/json'
const legend = 'Values of a JSON answer'

interface RuleRowsProps {
  readonly rows: readonly RuleRow[]
  readonly problem: FieldsProps['problem']
  /** @param at the JSON pointer of what was edited */
  change(rows: readonly RuleRow[], at: string): void
}

/** Inputs for checks of the values of a JSON answer: where a value stands, and what it must be. */
export function RuleRows({ rows, problem, change }: RuleRowsProps) {
  const general = errorsAt(problem, path, legend)
  const filled = rows.filter(isFilled)
  const set = (row: RuleRow, part: Partial<RuleRow>) => {
    const now = { ...row, ...part }
    const changed = rows.map((one) => (one === row ? now : one))
    // With a row that is empty the places of those after it are others.
    change(changed, isFilled(row) && isFilled(now) ? `${path}/${filled.indexOf(row)}` : path)
  }
  return (
    <RowGroup
      id="expect-json"
      legend={legend}
      hint="Up to 5. The place is a JSON pointer, such as /status or /items/0/id; empty: the whole answer. A value is a text, a number, true, false, null, or other JSON."
      errors={general}
      rows={rows}
      adds="Add a check"
      onAdd={() => change([...rows, ruleRow()], `${path}/`)}
      onRemove={(row) =>
        change(
          rows.filter((one) => one !== row),
          path,
        )
      }
    >
      {(row, number, remove) => (
        <Row
          key={row.key}
          row={row}
          number={number}
          place={isFilled(row) ? `${path}/${filled.indexOf(row)}` : undefined}
          isWrong={general.length > 0}
          problem={problem}
          change={(part) => set(row, part)}
          onRemove={remove}
        />
      )}
    </RowGroup>
  )
}

interface RowProps {
  readonly row: RuleRow
  /** Counted from 1. */
  readonly number: number
  /** The JSON pointer of its errors; undefined for an empty row. */
  readonly place: string | undefined
  /** Whether all rows are wrong together. */
  readonly isWrong: boolean
  readonly problem: FieldsProps['problem']
  change(part: Partial<RuleRow>): void
  onRemove(): void
}

function Row({ row, number, place, isWrong, problem, change, onRemove }: RowProps) {
  const id = `check-${row.key}`
  const errors = (which: (at: string) => string[]) => (place === undefined ? [] : which(place))
  const ofPointer = errors((at) => errorsAt(problem, `${at}/pointer`, 'The place'))
  const ofValue = errors((at) => [
    ...errorsAt(problem, at, 'This check'),
    ...errorsAt(problem, `${at}/${row.operator}`, 'The value'),
  ])
  const wrong = ofPointer.length + ofValue.length > 0
  const hint = isBare(row.operator) || row.operator.startsWith('at_') ? undefined : valueHint(row.value)
  const described = [wrong ? `${id}-error` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ') || undefined
  const known = row.operator in operatorWords
  return (
    <div class={`input-row rule ${isBare(row.operator) ? 'bare' : ''}`}>
      <input
        class="code"
        aria-label={`Place of check ${number}`}
        aria-invalid={ofPointer.length > 0 || isWrong || undefined}
        aria-describedby={wrong ? `${id}-error` : undefined}
        placeholder="/status"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={row.pointer}
        onInput={(event) => change({ pointer: event.currentTarget.value })}
      />
      <select
        aria-label={`Condition of check ${number}`}
        value={row.operator}
        onChange={(event) => change({ operator: event.currentTarget.value })}
      >
        {(Object.keys(operatorWords) as OperatorName[]).map((operator) => (
          <option key={operator} value={operator}>
            {operatorWords[operator]}
          </option>
        ))}
        {!known && <option>{row.operator}</option>}
      </select>
      {!isBare(row.operator) && (
        <input
          class="code"
          aria-label={`Value of check ${number}`}
          aria-invalid={ofValue.length > 0 || undefined}
          aria-describedby={described}
          placeholder="Value"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={row.value}
          onInput={(event) => change({ value: event.currentTarget.value })}
        />
      )}
      <button type="button" aria-label={`Remove check ${number}`} onClick={onRemove}>
        Remove
      </button>
      <FieldErrors id={`${id}-error`} errors={[...ofPointer, ...ofValue]} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <HiddenNote id={`${id}-hidden`} value={`${row.pointer} ${row.value}`} />
    </div>
  )
}
