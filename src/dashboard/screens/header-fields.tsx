import { useRef } from 'preact/hooks'
import { type HeaderRow, headerPath, headerRow } from '../draft.ts'
import { errorsAt } from '../form.ts'
import { FieldErrors } from '../parts/field.tsx'
import type { FormPart } from './task-form.tsx'

/** The request headers of a task, one a row. */
export function HeaderFields({ draft, problem, change }: FormPart) {
  const group = useRef<HTMLFieldSetElement>(null)
  const rows = draft.header
  const set = (key: number, part: Partial<HeaderRow>) =>
    change({ header: rows.map((row) => (row.key === key ? { ...row, ...part } : row)) })
  const add = () => {
    change({ header: [...rows, headerRow()] })
    requestAnimationFrame(() =>
      group.current?.querySelector<HTMLInputElement>('.header-row:last-of-type input')?.focus(),
    )
  }
  const remove = (key: number) => {
    change({ header: rows.filter((row) => row.key !== key) })
    group.current?.querySelector<HTMLButtonElement>('.add')?.focus()
  }
  const general = errorsAt(problem, '/header')
  return (
    <fieldset ref={group} class="field" aria-describedby="headers-hint">
      <legend>Headers</legend>
      {rows.map((row, index) => {
        const errors = row.name.trim() === '' ? [] : errorsAt(problem, headerPath(row.name))
        const id = `header-${row.key}`
        const ties = {
          'aria-invalid': errors.length > 0 || (general.length > 0 && row.name.trim() === '') || undefined,
          'aria-describedby': errors.length > 0 ? `${id}-error` : undefined,
        }
        return (
          <div key={row.key} class="header-row">
            <input
              {...ties}
              class="code"
              aria-label={`Name of header ${index + 1}`}
              placeholder="Name"
              autocomplete="off"
              spellcheck={false}
              value={row.name}
              onInput={(event) => set(row.key, { name: event.currentTarget.value })}
            />
            <input
              class="code"
              aria-label={`Value of header ${index + 1}`}
              aria-describedby={ties['aria-describedby']}
              placeholder="Value"
              autocomplete="off"
              spellcheck={false}
              value={row.value}
              onInput={(event) => set(row.key, { value: event.currentTarget.value })}
            />
            <button type="button" aria-label={`Remove header ${index + 1}`} onClick={() => remove(row.key)}>
              Remove
            </button>
            <FieldErrors id={`${id}-error`} errors={errors} />
          </div>
        )
      })}
      <FieldErrors id="headers-error" errors={general} />
      <div>
        <button type="button" class="add" onClick={add}>
          Add a header
        </button>
      </div>
      <p class="hint" id="headers-hint">
        Up to 64, values in ASCII up to 4 KB. Host, Content-Length, other headers of the connection and Duly-… are set
        for you.
      </p>
    </fieldset>
  )
}
