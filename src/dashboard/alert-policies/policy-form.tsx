import { useState } from 'preact/hooks'
import { type AlertPolicy, type PolicyOwner, writePolicy } from '../client/alerts.ts'
import type { Channel } from '../client/channels.ts'
import { navigate } from '../client/navigation.ts'
import type { Route } from '../client/route.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { typedTime } from '../format/format-time.ts'
import { inZone } from '../format/zone.ts'
import { Field } from '../parts/field.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { SpanField } from '../parts/span-field.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { ChannelFields } from './channel-fields.tsx'
import { draftOfPolicy, type PolicyDraft, policyOfDraft } from './policy-draft.ts'

const paths = [
  '/failures',
  '/window_failures',
  '/window_seconds',
  '/late_seconds',
  '/long_seconds',
  '/remind_hours',
  '/channels',
  '/muted_until',
]

interface FormProps {
  readonly owner: PolicyOwner
  /** What the form begins with. */
  readonly policy: AlertPolicy
  readonly channels: readonly Channel[]
  /** Where the reader goes after saving, or without. */
  readonly back: Route
}

/** The form of an alert policy. */
export function PolicyForm({ owner, policy, channels, back }: FormProps) {
  const [draft, setDraft] = useState(() => draftOfPolicy(policy))
  const saving = useSave({ ...policyOfDraft(draft) })
  const { problem } = saving
  const [stored] = useState(draft)
  useUnsaved(JSON.stringify(draft) !== JSON.stringify(stored))
  const change = (part: Partial<PolicyDraft>) => setDraft((last) => ({ ...last, ...part }))
  const text = (name: 'failures' | 'window_failures' | 'remind_hours', label: string, hint: string) => (
    <NumberField
      id={name}
      label={label}
      hint={hint}
      errors={fieldErrors(problem, `/${name}`, label)}
      value={draft[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  const span = (name: 'window' | 'late' | 'long', label: string, hint: string) => (
    <SpanField
      id={name}
      label={label}
      hint={hint}
      errors={fieldErrors(problem, `/${name}_seconds`, label)}
      value={draft[name]}
      onChange={(value) => change({ [name]: value })}
    />
  )
  return (
    <SaveForm
      saving={saving}
      paths={paths}
      verb="Save policy"
      cancel={back}
      onSave={async () => {
        await writePolicy(owner, policyOfDraft(draft))
        showToast('Saved the alert policy.')
        navigate(back)
      }}
    >
      <fieldset>
        <legend>When an alert opens</legend>
        {text('failures', 'Failed runs in a row', 'Retries of one run do not count. Empty: this opens no alert.')}
        {text(
          'window_failures',
          'Failed runs within a time',
          'Opens one also when they are not in a row. Empty: it does not.',
        )}
        {span('window', 'Within', 'Between one minute and seven days; empty without a number above.')}
        {span('late', 'Not started for', 'A task that is due and has not started. Empty: this opens no alert.')}
        {span('long', 'Runs longer than', 'A run that has not ended. Empty: this opens no alert.')}
      </fieldset>
      <fieldset>
        <legend>Who is told</legend>
        <ChannelFields
          channels={channels}
          chosen={draft.channels}
          errors={fieldErrors(problem, '/channels', 'Channels')}
          onChange={(chosen) => change({ channels: chosen })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={draft.recovered}
            onChange={(event) => change({ recovered: event.currentTarget.checked })}
          />
          Tell also when it is over
        </label>
        {text('remind_hours', 'Remind every … hours', 'While an alert is open. Empty: no reminder.')}
        <Field
          id="muted_until"
          label="Muted until"
          hint={`Nothing is sent until then, ${inZone()}. Empty: not muted.${typedTime(draft.muted_until)}`}
          errors={fieldErrors(problem, '/muted_until', 'Muted until')}
        >
          {(attributes) => (
            <TimeInput
              {...attributes}
              label="Muted until"
              class="short"
              value={draft.muted_until}
              onChange={(muted_until) => change({ muted_until })}
            />
          )}
        </Field>
      </fieldset>
    </SaveForm>
  )
}
