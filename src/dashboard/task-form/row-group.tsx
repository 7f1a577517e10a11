import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { FieldErrors } from '../parts/field.tsx'

interface RowGroupProps<Row> {
  /** Begins the ids of the hint and of the errors. */
  readonly id: string
  readonly legend: string
  readonly hint?: ComponentChildren
  /** What is wrong with the rows as a whole, as sentences. */
  readonly errors: readonly string[]
  readonly rows: readonly Row[]
  /** The words on the button that adds a row. */
  readonly adds: string
  onAdd(): void
  onRemove(row: Row): void
  /** Renders the inputs of one row. @param remove removes it @param number counted from 1 */
  children(row: Row, number: number, remove: () => void): ComponentChildren
}

/** A list of rows with inputs, which are added and removed. A new row has the focus, and after a removal the button that adds. */
export function RowGroup<Row extends { readonly key: number }>(props: RowGroupProps<Row>) {
  const { id, legend, hint, errors, rows, adds, onAdd, onRemove, children } = props
  const group = useRef<HTMLFieldSetElement>(null)
  const added = useRef(false)
  // With the row itself: later it would take the focus from somebody who types already.
  useLayoutEffect(() => {
    if (!added.current) return
    added.current = false
    const all = group.current?.querySelectorAll('.input-row') ?? []
    all[all.length - 1]?.querySelector('input')?.focus()
  }, [rows.length])
  const described = [hint ? `${id}-hint` : '', errors.length > 0 ? `${id}-error` : ''].filter(Boolean).join(' ')
  return (
    <fieldset ref={group} class="field" aria-describedby={described || undefined}>
      <legend>{legend}</legend>
      {rows.map((row, index) =>
        children(row, index + 1, () => {
          onRemove(row)
          group.current?.querySelector<HTMLButtonElement>('.add')?.focus()
        }),
      )}
      <FieldErrors id={`${id}-error`} errors={errors} />
      <div>
        <button
          type="button"
          class="add"
          onClick={() => {
            added.current = true
            onAdd()
          }}
        >
          {adds}
        </button>
      </div>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </fieldset>
  )
}
