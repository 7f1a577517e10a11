import { placeOf } from '../secrets/sealed-columns.ts'
import { SealedError, type SealedHeader, type Secrets } from '../secrets/secrets.ts'

/** What is sealed of a stored task. */
interface Sealed {
  readonly id: string
  readonly service_id: string
  readonly secret_header: SealedHeader | null
  readonly sealed_url: string | null
}

/** The name under which the secret part of a URL stands among the secrets of a task. */
export const urlName = '/url'

/**
 * Returns the secret values of a stored task: of headers by name in lower case, of its URL under `/url`. One that cannot be
 * opened is left out.
 */
export function openSecrets(
  secrets: Secrets,
  { id, service_id, secret_header, sealed_url }: Sealed,
): Map<string, string> {
  const opened = new Map<string, string>()
  const add = (name: string, open: () => string | undefined) => {
    try {
      const value = open()
      if (value !== undefined) opened.set(name, value)
    } catch (error) {
      if (!(error instanceof SealedError)) throw error
    }
  }
  for (const [name, text] of Object.entries(secret_header ?? {}))
    add(name, () => secrets.open({ service_id, task_id: id }, { [name]: text }).get(name))
  if (sealed_url !== null) add(urlName, () => secrets.openText(placeOf('task', service_id, id), sealed_url, 'the URL'))
  return opened
}

/** Returns the hash of a secret value by which a later plan recognises it, under the current key. */
export const hashOf = (secrets: Secrets, value: string): string => hashesOf(secrets, value)[0] ?? ''

/** Returns the hashes of a secret value under each key. Each begins with what identifies its key, and a dot. */
export const hashesOf = (secrets: Secrets, value: string): string[] => {
  const keys = keyNames(secrets)
  return secrets.hashes(`task set ${value}`).map((hash, index) => `${keys[index]}.${hash.toString('hex')}`)
}

/** Whether a hash was made under a key that the server has. Of another one nobody can say which value it is of. */
export const isComparable = (secrets: Secrets, hash: string): boolean =>
  keyNames(secrets).includes(hash.split('.')[0] ?? '')

const keyNames = ({ keyring }: Secrets) => (keyring?.keys() ?? []).map(({ id }) => id)
