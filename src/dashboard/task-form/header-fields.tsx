import { useLayoutEffect, useRef } from 'preact/hooks'
import { FieldErrors } from '../parts/field.tsx'
import { HeaderRowFields } from './header-row.tsx'
import { type HeaderRow, headerPath, headerRow } from './header-rows.ts'
import { errorsAt, type FieldsProps } from './use-form.ts'

/** Inputs for the request headers of a task, one per row. */
export function HeaderFields({ draft, problem, change }: FieldsProps) {
  const group = useRef<HTMLFieldSetElement>(null)
  const rows = draft.header
  const set = (key: number, part: Partial<HeaderRow>) =>
    change({ header: rows.map((row) => (row.key === key ? { ...row, ...part } : row)) })
  const added = useRef(false)
  const add = () => {
    added.current = true
    change({ header: [...rows, headerRow()] })
  }
  // With the row itself: later it would take the focus from somebody who types already.
  useLayoutEffect(() => {
    if (!added.current) return
    added.current = false
    const names = group.current?.querySelectorAll<HTMLInputElement>('.header-row input:first-of-type') ?? []
    names[names.length - 1]?.focus()
  }, [rows.length])
  const remove = (key: number) => {
    change({ header: rows.filter((row) => row.key !== key) })
    group.current?.querySelector<HTMLButtonElement>('.add')?.focus()
  }
  const general = errorsAt(problem, '/header')
  return (
    <fieldset ref={group} class="field" aria-describedby="headers-hint">
      <legend>Headers</legend>
      {rows.map((row, index) => (
        <HeaderRowFields
          key={row.key}
          row={row}
          number={index + 1}
          errors={row.name.trim() === '' ? [] : errorsAt(problem, headerPath(row.name))}
          nameless={general.length > 0 && row.name.trim() === ''}
          change={(part) => set(row.key, part)}
          onRemove={() => remove(row.key)}
        />
      ))}
      <FieldErrors id="headers-error" errors={general} />
      <div>
        <button type="button" class="add" onClick={add}>
          Add a header
        </button>
      </div>
      <p class="hint" id="headers-hint">
        Up to 64, values in ASCII up to 4 KB. Host, Content-Length, other headers of the connection and Duly-… are set
        for you. Values of Authorization, Cookie, *-Token and their kind are encrypted and never shown again.
      </p>
    </fieldset>
  )
}
