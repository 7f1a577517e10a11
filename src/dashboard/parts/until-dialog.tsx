import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ApiError } from '../client/api.ts'
import { fromLocalInput, inHours, typedTime } from '../format/format-time.ts'
import { capital } from '../format/labels.ts'
import { inZone } from '../format/zone.ts'
import { Banner } from './banner.tsx'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { TimeInput } from './time-input.tsx'
import { fieldErrors, onlyFieldErrors, useSave } from './use-save.ts'

interface UntilProps {
  /** Begins the ids of its elements, such as `mute`. */
  readonly name: string
  readonly title: ComponentChildren
  /** What holds until then. */
  readonly children: ComponentChildren
  /** Times to choose from, in words, and what gives each for the input. */
  readonly choices: readonly (readonly [words: string, time: () => string])[]
  /** Further fields, above the time. @param problem why the last save failed */
  fields?(problem: ApiError | undefined): ComponentChildren
  /** What further fields have now, by the first part of the JSON pointers of their errors. */
  readonly values?: Readonly<Record<string, unknown>>
  /** The word on the button. */
  readonly verb: string
  /** Saves the time, RFC 3339 in UTC. What it throws is shown in the dialog. */
  onChosen(until: string): Promise<void>
  onCancel(): void
}

/** Asks for a time until which something holds; in an hour at first. Escape cancels. */
export function UntilDialog({ name, title, children, choices, fields, values, verb, onChosen, onCancel }: UntilProps) {
  const [until, setUntil] = useState(() => inHours(1))
  const [missing, setMissing] = useState(false)
  const { busy, problem, refusals, save } = useSave({ ...values, until })
  // What is wrong with none of several fields is not said at the time.
  const errorsOfTime = fields ? fieldErrors : onlyFieldErrors
  const errors = [...(missing ? ['Enter a date and a time.'] : []), ...errorsOfTime(problem, '/until', 'The time')]
  const submit = () =>
    save(async () => {
      const at = fromLocalInput(until)
      setMissing(at === undefined)
      if (at !== undefined) await onChosen(at)
    })
  return (
    <FormDialog
      name={name}
      title={title}
      intro={children}
      verb={verb}
      busy={busy}
      refusals={refusals}
      onSubmit={() => void submit()}
      onCancel={onCancel}
    >
      {fields?.(problem)}
      <fieldset class="actions">
        <legend class="unseen">For how long</legend>
        {choices.map(([words, time]) => (
          <button key={words} type="button" onClick={() => setUntil(time())}>
            {words}
          </button>
        ))}
      </fieldset>
      <Field id={`${name}-until`} label="Until" hint={`${capital(inZone())}.${typedTime(until)}`} errors={errors}>
        {(attributes) => <TimeInput {...attributes} label="Until" value={until} onChange={setUntil} />}
      </Field>
      {fields && problem?.errors.length === 0 && <Banner bad>{problem.message}</Banner>}
    </FormDialog>
  )
}
