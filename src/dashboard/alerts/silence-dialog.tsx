import { useState } from 'preact/hooks'
import type { ApiError } from '../client/api.ts'
import { createSilence } from '../client/silences.ts'
import { localTime } from '../format/format-time.ts'
import { Field } from '../parts/field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { UntilDialog } from '../parts/until-dialog.tsx'
import { fieldErrors } from '../parts/use-save.ts'
import { forHowLong } from './for-how-long.ts'

interface SilenceProps {
  onCreated(): void
  onCancel(): void
}

/** Asks of which alerts nothing is to be sent until a time, those that open meanwhile among them, and why. Escape cancels. */
export function SilenceDialog({ onCreated, onCancel }: SilenceProps) {
  const [host, setHost] = useState('')
  const [label, setLabel] = useState('')
  const [reason, setReason] = useState('')
  const create = async (until: string) => {
    const given = Object.entries({ host: host.trim(), label: label.trim() }).filter(([, value]) => value !== '')
    await createSilence({ ...Object.fromEntries(given), until, reason })
    showToast(`Silenced until ${localTime(until)}.`)
    onCreated()
  }
  const fields = (problem: ApiError | undefined) => (
    <>
      <TextField
        id="silence-host"
        label="Host"
        hint="Such as db.example.com for any port, or with one: db.example.com:8443."
        errors={fieldErrors(problem, '/host', 'The host')}
        value={host}
        onChange={setHost}
      />
      <TextField
        id="silence-label"
        label="Label"
        hint="Such as team=billing. With a host too both must match."
        errors={fieldErrors(problem, '/label', 'The label')}
        value={label}
        onChange={setLabel}
      />
      <ReasonField value={reason} problem={problem} onChange={setReason} />
    </>
  )
  return (
    <UntilDialog
      name="silence"
      title="New silence"
      choices={forHowLong}
      verb="Silence"
      fields={fields}
      values={{ host, label, reason }}
      onChosen={create}
      onCancel={onCancel}
    >
      No channel is told of alerts that it is of, open ones and new ones. Of what is still open at the end they are.
    </UntilDialog>
  )
}

interface ReasonProps {
  readonly value: string
  readonly problem: ApiError | undefined
  onChange(reason: string): void
}

/** Why something is silenced. */
export function ReasonField({ value, problem, onChange }: ReasonProps) {
  return (
    <Field id="silence-reason" label="Reason" errors={fieldErrors(problem, '/reason', 'The reason')}>
      {(attributes) => (
        <input
          {...attributes}
          value={value}
          maxLength={500}
          autocomplete="off"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
