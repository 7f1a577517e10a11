import { isLabelValue } from '../../task-fields/labels.ts'
import { labelsInUse, listLabels } from '../client/labels.ts'
import { usePolling } from '../client/use-polling.ts'
import { FieldErrors, HiddenNote } from '../parts/field.tsx'
import { type LabelRow, labelPath, labelRow } from './label-rows.ts'
import { RowGroup } from './row-group.tsx'
import { errorsAt, type ShownProps } from './use-form.ts'

/** Inputs for the labels of a task, one per row, with suggestions of what other tasks have. */
export function LabelFields({ draft, problem, change, isShown }: ShownProps) {
  const { data } = usePolling(async (signal) => (isShown ? listLabels(signal) : []), `labels ${isShown}`)
  const inUse = labelsInUse(data ?? [])
  const rows = draft.labels
  const set = (row: LabelRow, part: Partial<LabelRow>) =>
    change({ labels: rows.map((one) => (one === row ? { ...one, ...part } : one)) }, labelPath(row.name))
  const general = errorsAt(problem, '/labels')
  return (
    <>
      <RowGroup
        id="labels"
        legend="Labels"
        hint="Names and values to search by, such as team and billing. Up to 16; a value may be empty."
        errors={general}
        rows={rows}
        adds="Add a label"
        onAdd={() => change({ labels: [...rows, labelRow()] }, '/labels/')}
        onRemove={(row) => change({ labels: rows.filter((one) => one !== row) }, labelPath(row.name))}
      >
        {(row, number, remove) => (
          <Row
            key={row.key}
            row={row}
            number={number}
            errors={row.name.trim() === '' ? [] : errorsAt(problem, labelPath(row.name), 'This label')}
            nameless={general.length > 0 && row.name.trim() === '' && row.value !== ''}
            values={inUse.get(row.name.trim()) ?? []}
            change={(part) => set(row, part)}
            onRemove={remove}
          />
        )}
      </RowGroup>
      <datalist id="label-names">
        {[...inUse.keys()].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  )
}

interface RowProps {
  readonly row: LabelRow
  /** Counted from 1. */
  readonly number: number
  readonly errors: readonly string[]
  /** Whether the name is missing. The error is shown once for all rows. */
  readonly nameless: boolean
  /** The values that other tasks have for a label of this name. */
  readonly values: readonly string[]
  change(part: Partial<LabelRow>): void
  onRemove(): void
}

function Row({ row, number, errors, nameless, values, change, onRemove }: RowProps) {
  const id = `label-${row.key}`
  const wrong = errors.length > 0
  const isValueWrong = wrong && !isLabelValue(row.value)
  const described = wrong ? `${id}-error` : undefined
  return (
    <div class="input-row">
      <input
        class="code"
        list="label-names"
        aria-label={`Name of label ${number}`}
        aria-invalid={(wrong && !isValueWrong) || nameless || undefined}
        aria-describedby={nameless ? 'labels-error' : described}
        placeholder="Name"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={row.name}
        onInput={(event) => change({ name: event.currentTarget.value })}
      />
      <input
        class="code"
        list={values.length > 0 ? `${id}-values` : undefined}
        aria-label={`Value of label ${number}`}
        aria-invalid={isValueWrong || undefined}
        aria-describedby={described}
        placeholder="Value"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={row.value}
        onInput={(event) => change({ value: event.currentTarget.value })}
      />
      <button type="button" aria-label={`Remove label ${number}`} onClick={onRemove}>
        Remove
      </button>
      <datalist id={`${id}-values`}>
        {values.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
      <FieldErrors id={`${id}-error`} errors={errors} />
      <HiddenNote id={`${id}-hidden`} value={`${row.name}=${row.value}`} />
    </div>
  )
}
