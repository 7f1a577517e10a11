import { shortHash } from '../task-key.ts'

/** Longest name of a named secret, in characters. */
const maxLength = 64

/** A key of a Secret. The namespace is empty if it is not known. */
export interface SecretSource {
  readonly namespace: string
  readonly secret: string
  readonly key: string
}

/** Describes a source for people: `key token of Secret shop/api`. */
export function describeSource({ namespace, secret, key }: SecretSource): string {
  return `key ${key} of Secret ${namespace === '' ? secret : `${namespace}/${secret}`}`
}

const identityOf = ({ namespace, secret, key }: SecretSource) => `${namespace}/${secret}/${key}`

/** Makes a name of capitals, digits and `_` out of a text. A longer one than 64 characters is cut, and ends with a hash of `identity`. */
function nameOf(text: string, identity: string, needsHash = false): string {
  const name = text.toUpperCase().replace(/[^A-Z0-9]/g, '_')
  if (name.length <= maxLength && !needsHash) return name
  return `${name.slice(0, maxLength - 9)}_${shortHash(identity).toUpperCase()}`
}

/** Returns the name of the named secret of a key of a Secret: `SHOP_API_TOKEN`. */
export function secretName(source: SecretSource): string {
  const { namespace, secret, key } = source
  return nameOf([namespace, secret, key].filter(Boolean).join('_'), identityOf(source))
}

/** Returns the name that tells a source apart from others which would have the same name: it ends with a hash of the source. */
export function distinctSecretName(source: SecretSource): string {
  const { namespace, secret, key } = source
  return nameOf([namespace, secret, key].filter(Boolean).join('_'), identityOf(source), true)
}

/** Returns the names of sources, by their descriptions. Sources that would share a name all end with a hash. */
export function secretNames(sources: Iterable<SecretSource>): ReadonlyMap<string, string> {
  const byName = new Map<string, Map<string, SecretSource>>()
  for (const source of sources) {
    const name = secretName(source)
    const same = byName.get(name) ?? new Map<string, SecretSource>()
    byName.set(name, same.set(describeSource(source), source))
  }
  const names = new Map<string, string>()
  for (const [name, same] of byName)
    for (const [description, source] of same) names.set(description, same.size > 1 ? distinctSecretName(source) : name)
  return names
}

/** Returns the name of a variable that stands for a key of a ConfigMap: `SHOP_SETTINGS_BASE_URL`. */
export function variableName(namespace: string, configMap: string, key: string): string {
  return secretName({ namespace, secret: configMap, key }).replace(/^(?=\d)/, '_')
}
