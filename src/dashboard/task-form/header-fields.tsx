import { HeaderRowFields } from './header-row.tsx'
import { type HeaderRow, headerPath, headerRow } from './header-rows.ts'
import { RowGroup } from './row-group.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

/** Inputs for the request headers of a task, one per row. */
export function HeaderFields({ draft, problem, change }: FieldsProps) {
  const rows = draft.header
  const set = (row: HeaderRow, part: Partial<HeaderRow>) =>
    change({ header: rows.map((one) => (one === row ? { ...one, ...part } : one)) }, headerPath(row.name))
  const general = errorsAt(problem, '/header')
  return (
    <RowGroup
      id="headers"
      legend="Headers"
      hint="Up to 64, values in ASCII up to 4 KB. Host, Content-Length, other headers of the connection and Duly-… are set
        for you. Values of Authorization, Cookie, *-Token and their kind are encrypted and never shown again."
      errors={general}
      rows={rows}
      adds="Add a header"
      onAdd={() => change({ header: [...rows, headerRow()] }, '/header/')}
      onRemove={(row) => change({ header: rows.filter((one) => one !== row) }, headerPath(row.name))}
    >
      {(row, number, remove) => (
        <HeaderRowFields
          key={row.key}
          row={row}
          number={number}
          errors={row.name.trim() === '' ? [] : errorsAt(problem, headerPath(row.name), 'This header')}
          nameless={general.length > 0 && row.name.trim() === ''}
          change={(part) => set(row, part)}
          onRemove={remove}
        />
      )}
    </RowGroup>
  )
}
