import { useState } from 'preact/hooks'
import { type Scope, scopes } from '../../http/scopes.ts'
import { ApiError } from '../client/api.ts'
import { serviceSettingsRoute } from '../client/settings-routes.ts'
import { createToken, type NewToken, type OwnToken, type Token } from '../client/tokens.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { fromLocalInput, inHours, localTime, typedTime } from '../format/format-time.ts'
import { capital } from '../format/labels.ts'
import { inZone } from '../format/zone.ts'
import { Field, FieldErrors } from '../parts/field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { TextField } from '../parts/text-field.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'

const paths = ['/name', '/scopes', '/expires_at']

const meaning: Readonly<Record<Scope, string>> = {
  read: 'read: look at everything, and sign in here',
  write: 'write: change everything, tokens included',
  run: 'run: run a task now, and stop a run',
}

const terms = [
  ['In 30 days', 30],
  ['In 90 days', 90],
  ['In a year', 365],
] as const

interface FormProps {
  readonly own: OwnToken
  /** The token in whose place it comes; null for none. */
  readonly before: Token | null
  onCreated(created: NewToken): void
}

/** The form of a new token. It may do no more, and lasts no longer, than the token of the reader. */
export function NewTokenForm({ own, before, onCreated }: FormProps) {
  const mayGive = (scope: Scope) => own.scopes.includes(scope)
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<readonly Scope[]>((before?.scopes ?? ['read']).filter(mayGive))
  const [until, setUntil] = useState('')
  const saving = useSave({ name, scopes: chosen, expires_at: until })
  const { problem } = saving
  useUnsaved(`${name}${until}` !== '')
  const create = async () => {
    const body = { name, scopes: [...chosen], expires_at: fromLocalInput(until) ?? null }
    const created = await createToken(body).catch((error) => {
      throw isTaken(error) ? new ApiError(error.status, error.message, [{ path: '/name', message: taken }]) : error
    })
    onCreated(created)
  }
  const scopeErrors = fieldErrors(problem, '/scopes', '').length > 0 ? ['Choose one at least.'] : []
  return (
    <SaveForm saving={saving} paths={paths} verb="Create token" cancel={serviceSettingsRoute} onSave={create}>
      <fieldset>
        <legend>Who sends it, and what it may do</legend>
        <TextField
          id="token-name"
          label="Name"
          hint="As changes name it, such as “deploy” or “anna”. 200 characters at most."
          errors={fieldErrors(problem, '/name', 'Name')}
          look="short"
          required
          value={name}
          onChange={setName}
        />
        <fieldset class="field" aria-describedby={scopeErrors.length > 0 ? 'token-scopes-error' : undefined}>
          <legend>May</legend>
          {scopes.map((scope) => (
            <label key={scope} class="check">
              <input
                type="checkbox"
                disabled={!mayGive(scope)}
                checked={chosen.includes(scope)}
                aria-invalid={scopeErrors.length > 0 || undefined}
                onChange={(event) => {
                  const isOn = event.currentTarget.checked
                  setChosen((last) => scopes.filter((one) => (one === scope ? isOn : last.includes(one))))
                }}
              />
              {meaning[scope]}
              {!mayGive(scope) && <span class="quiet"> (your token may not)</span>}
            </label>
          ))}
          <FieldErrors id="token-scopes-error" errors={scopeErrors} />
        </fieldset>
        <div class="column">
          <Field
            id="token-expiry"
            label="Expires"
            hint={`${capital(inZone())}. Empty: never.${typedTime(until)}${limitOf(own)}`}
            errors={fieldErrors(problem, '/expires_at', 'The time')}
          >
            {(attributes) => <TimeInput {...attributes} label="Expires" value={until} onChange={setUntil} />}
          </Field>
          <div class="actions">
            {terms.map(([words, days]) => (
              <button key={days} type="button" onClick={() => setUntil(inHours(days * 24))}>
                {words}
              </button>
            ))}
          </div>
        </div>
      </fieldset>
    </SaveForm>
  )
}

const taken = 'is that of another token: choose another one, or delete that token first'
const isTaken = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 'token_name_taken'

const limitOf = ({ expires_at }: OwnToken) =>
  expires_at === null ? '' : ` Yours expires ${localTime(expires_at)}: this one may not last longer.`
