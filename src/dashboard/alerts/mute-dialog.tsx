import { useEffect, useRef, useState } from 'preact/hooks'
import { type Alert, muteAlert } from '../client/alerts.ts'
import { fromLocalInput, inHours, localTime, localZone } from '../format/format-time.ts'
import { Field } from '../parts/field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { subjectOf } from './table.tsx'

const spans = [
  ['1 hour', 1],
  ['8 hours', 8],
  ['1 day', 24],
  ['1 week', 168],
] as const

interface MuteProps {
  readonly alert: Alert
  onMuted(): void
  onCancel(): void
}

/** Asks until when an alert is muted. Escape cancels. */
export function MuteDialog({ alert, onMuted, onCancel }: MuteProps) {
  const [until, setUntil] = useState(() => inHours(1))
  const [missing, setMissing] = useState(false)
  const { busy, problem, save } = useSave()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const errors = [
    ...(missing ? ['Enter a date and a time.'] : []),
    ...fieldErrors(problem, '/until', 'The time'),
    ...(problem && problem.errors.length === 0 ? [problem.message] : []),
  ]
  const mute = () =>
    save(async () => {
      const at = fromLocalInput(until)
      setMissing(at === undefined)
      if (at === undefined) return
      await muteAlert(alert.id, at)
      showToast(`Muted the alert of “${subjectOf(alert)}” until ${localTime(at)}.`)
      onMuted()
    })
  return (
    <dialog ref={dialog} aria-labelledby="mute-title" onClose={onCancel}>
      <h2 id="mute-title">Mute the alert of “{subjectOf(alert)}”?</h2>
      <p>No channel is told of it until then. If it is still open by then, they are.</p>
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          void mute()
        }}
      >
        <fieldset class="actions">
          <legend class="unseen">For how long</legend>
          {spans.map(([words, hours]) => (
            <button key={hours} type="button" onClick={() => setUntil(inHours(hours))}>
              {words}
            </button>
          ))}
        </fieldset>
        <Field id="mute-until" label="Until" hint={`In your time zone, ${localZone}.`} errors={errors}>
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
            Mute
          </button>
        </div>
      </form>
    </dialog>
  )
}
