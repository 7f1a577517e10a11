import { useEffect, useRef, useState } from 'preact/hooks'
import { setStatuses, type Task } from '../client/api.ts'
import { fromLocalInput, inHours, localTime, localZone, tomorrowAt } from '../format/format-time.ts'
import { counted } from '../format/labels.ts'
import { Field } from '../parts/field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'

const choices = [
  ['1 hour', () => inHours(1)],
  ['8 hours', () => inHours(8)],
  ['Tomorrow, 08:00', () => tomorrowAt(8)],
] as const

interface PauseProps {
  /** One task, or several. */
  readonly tasks: readonly Pick<Task, 'id' | 'name'>[]
  onPaused(): void
  onCancel(): void
}

/** Asks until when tasks are paused. Escape cancels. */
export function PauseDialog({ tasks, onPaused, onCancel }: PauseProps) {
  const [until, setUntil] = useState(() => inHours(1))
  const [missing, setMissing] = useState(false)
  const { busy, problem, save } = useSave()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const [first] = tasks
  const subject = tasks.length === 1 && first ? `“${first.name}”` : counted(tasks.length, 'task')
  const errors = [
    ...(missing ? ['Enter a date and a time.'] : []),
    ...fieldErrors(problem, '/until', 'The time'),
    ...(problem && problem.errors.length === 0 ? [problem.message] : []),
  ]
  const pause = () =>
    save(async () => {
      const at = fromLocalInput(until)
      setMissing(at === undefined)
      if (at === undefined) return
      const ids = tasks.map(({ id }) => id)
      const lost = ids.length - (await setStatuses(ids, 'paused', at))
      const rest = lost === 0 ? '' : ` ${counted(lost, 'task')} did not exist any more.`
      showToast(`Paused ${subject} until ${localTime(at)}.${rest}`)
      onPaused()
    })
  return (
    <dialog ref={dialog} aria-labelledby="pause-title" onClose={onCancel}>
      <h2 id="pause-title">Pause {subject} until…</h2>
      <p>Runs of an interval or a pattern that fall before then are left out, and not made up for.</p>
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void pause()
        }}
      >
        <fieldset class="actions">
          <legend class="unseen">For how long</legend>
          {choices.map(([words, time]) => (
            <button key={words} type="button" onClick={() => setUntil(time())}>
              {words}
            </button>
          ))}
        </fieldset>
        <Field id="pause-until" label="Until" hint={`In your time zone, ${localZone}.`} errors={errors}>
          {(attributes) => (
            <input
              {...attributes}
              type="datetime-local"
              step="1"
              value={until}
              onInput={(event) => setUntil(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="main" aria-disabled={busy || undefined}>
            Pause
          </button>
        </div>
      </form>
    </dialog>
  )
}
