import { useState } from 'preact/hooks'
import { mask } from '../../formats/secret-mask.ts'
import { ApiError } from '../client/api.ts'
import { navigate } from '../client/navigation.ts'
import { readTlsProfile, type TlsProfile, writeTlsProfile } from '../client/tls-profiles.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { tlsProfilesRoute } from '../client/used-routes.ts'
import { SaveForm } from '../parts/save-form.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { PemField } from './pem-field.tsx'

const paths = ['/profileName', '/ca', '/certificate', '/private_key']

/** A TLS profile as the form holds it. An empty text is null; an empty key keeps the stored one. */
interface ProfileDraft {
  readonly name: string
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

const overtaken =
  'Somebody else has changed it since you opened it. Save again to put yours in its place, or open it again to see theirs.'

/** What was typed; null for nothing. */
const given = (text: string): string | null => (text.trim() === '' ? null : text)

/** The form of a TLS profile. @param stored the one that is edited; undefined for a new one */
export function ProfileForm({ stored }: { stored?: TlsProfile }) {
  const [initial] = useState<ProfileDraft>({
    name: stored?.name ?? '',
    ca: stored?.ca ?? '',
    certificate: stored?.certificate ?? '',
    key: '',
  })
  const [draft, setDraft] = useState(initial)
  /** When it was saved last, as far as the reader knows. */
  const [knownAt, setKnownAt] = useState(stored?.updated_at)
  const { name: profileName, key: private_key, ...files } = draft
  const saving = useSave({ profileName, private_key, ...files })
  const { problem } = saving
  useUnsaved(JSON.stringify(draft) !== JSON.stringify(initial))
  const change = (part: Partial<ProfileDraft>) => setDraft((last) => ({ ...last, ...part }))
  const name = draft.name.trim()
  const hasKey = stored?.private_key != null
  const keptKey = hasKey && given(draft.certificate) !== null ? mask : null
  const save = async () => {
    const refuse = (message: string): never => {
      throw new ApiError(400, message, [{ path: '/profileName', message }])
    }
    if (name === '') refuse('must not be empty')
    if (!stored) {
      const other = await readTlsProfile(name).catch((error) => {
        if (!(error instanceof ApiError && error.status === 404)) throw error
      })
      if (other) refuse('is that of another TLS profile: choose another one, or edit that profile')
    } else {
      const { updated_at } = await readTlsProfile(name)
      setKnownAt(updated_at)
      if (updated_at !== knownAt) throw new ApiError(412, overtaken)
    }
    await writeTlsProfile(name, {
      ca: given(draft.ca),
      certificate: given(draft.certificate),
      private_key: given(draft.key) ?? keptKey,
    })
    showToast(stored ? `Saved “${name}”. Calls use it within two seconds.` : `Created “${name}”.`)
    navigate(tlsProfilesRoute)
  }
  return (
    <SaveForm
      saving={saving}
      paths={paths}
      verb={stored ? 'Save TLS profile' : 'Create TLS profile'}
      cancel={tlsProfilesRoute}
      onSave={save}
    >
      <fieldset>
        <legend>Whom to trust</legend>
        {!stored && (
          <TextField
            id="profile-name"
            label="Name"
            class="whole"
            hint="1 to 64 letters, digits, _ and -. Tasks name the profile by it, and it stays as it is."
            errors={fieldErrors(problem, '/profileName', 'Name')}
            look="short"
            required
            value={draft.name}
            onChange={(text) => change({ name: text })}
          />
        )}
        <PemField
          id="profile-ca"
          label="Certificate authority"
          hint="One or more certificates in PEM, which are trusted in place of those of the system. Empty: those of the system."
          placeholder="-----BEGIN CERTIFICATE-----"
          errors={fieldErrors(problem, '/ca', 'Certificate authority')}
          value={draft.ca}
          onChange={(ca) => change({ ca })}
        />
      </fieldset>
      <fieldset>
        <legend>Who calls</legend>
        <PemField
          id="profile-certificate"
          label="Client certificate"
          hint="In PEM, followed by its chain. Empty: none is shown to the target."
          placeholder="-----BEGIN CERTIFICATE-----"
          errors={fieldErrors(problem, '/certificate', 'Client certificate')}
          value={draft.certificate}
          onChange={(certificate) => change({ certificate })}
        />
        <PemField
          id="profile-key"
          label="Private key"
          isSecret
          hint={
            hasKey
              ? 'Empty: the stored key stays. It is kept encrypted, and never shown.'
              : 'In PEM, without a passphrase. It is kept encrypted, and never shown again.'
          }
          placeholder={hasKey ? 'stored' : '-----BEGIN PRIVATE KEY-----'}
          errors={fieldErrors(problem, '/private_key', 'Private key')}
          value={draft.key}
          onChange={(key) => change({ key })}
        />
      </fieldset>
    </SaveForm>
  )
}
