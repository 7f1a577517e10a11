import { useState } from 'preact/hooks'
import { hrefOf } from '../client/route.ts'
import { serviceSettingsRoute } from '../client/settings-routes.ts'
import { createSigningKey, type NewSigningKey } from '../client/signing-keys.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { Field } from '../parts/field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { ShownOnce } from '../parts/shown-once.tsx'
import { TextField } from '../parts/text-field.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { targetLabel } from './key-labels.ts'

const paths = ['/target', '/expires_others_in_seconds']

const day = 86_400
const terms = [
  [0, 'At once, as after a leak'],
  [3_600, 'In an hour'],
  [day, 'In a day'],
  [7 * day, 'In a week'],
  [30 * day, 'In 30 days'],
] as const

/** The screen that creates a signing key. Its secret is shown in place of the form, once. */
export function NewSigningKeyScreen() {
  const [created, setCreated] = useState<NewSigningKey>()
  return (
    <>
      <p class="trail">
        <a href={hrefOf(serviceSettingsRoute)}>Service settings</a>
      </p>
      {created ? (
        <ShownOnce
          title={`Created a key of ${targetLabel(created)}`}
          label="Secret"
          value={created.secret}
          next={serviceSettingsRoute}
        >
          Requests are signed with it already. Receivers verify them with it, by Standard Webhooks.
        </ShownOnce>
      ) : (
        <>
          <h1>New signing key</h1>
          <Form onCreated={setCreated} />
        </>
      )}
    </>
  )
}

function Form({ onCreated }: { onCreated(created: NewSigningKey): void }) {
  const [target, setTarget] = useState('')
  const [seconds, setSeconds] = useState<number>(day)
  const saving = useSave({ target, expires_others_in_seconds: seconds })
  const { problem } = saving
  useUnsaved(target !== '')
  const create = async () =>
    onCreated(await createSigningKey({ target: target.trim() || null, expires_others_in_seconds: seconds }))
  return (
    <SaveForm saving={saving} paths={paths} verb="Create key" cancel={serviceSettingsRoute} onSave={create}>
      <fieldset>
        <legend>What it signs</legend>
        <TextField
          id="key-target"
          label="Target"
          hint="Host, or host:port, as it stands in the URL of tasks: the key signs for it alone, in place of those of all targets. Empty: all targets."
          errors={fieldErrors(problem, '/target', 'Target')}
          look="code"
          placeholder="api.partner.example"
          value={target}
          onChange={setTarget}
        />
        <Field
          id="key-others"
          label="The other keys of this target expire"
          hint={
            seconds === 0
              ? 'Receivers that know only those refuse requests until they have the new secret.'
              : 'All of them sign until then: give the new secret to the receivers within this time.'
          }
          errors={fieldErrors(problem, '/expires_others_in_seconds', 'The time')}
        >
          {(attributes) => (
            <select
              {...attributes}
              class="short"
              value={seconds}
              onChange={(event) => setSeconds(Number(event.currentTarget.value))}
            >
              {terms.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      </fieldset>
    </SaveForm>
  )
}
