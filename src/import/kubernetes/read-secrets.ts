import { type InputFile, isObject, type Resource, readManifests } from './read-manifests.ts'
import { describeSource, distinctSecretName, type SecretSource, secretName, secretNames } from './secret-name.ts'

/** A value of a Secret, and the named secret that it is. */
export interface StoredSecret {
  readonly name: string
  /** Other names by which a tasks file may refer to it: without its namespace. */
  readonly otherNames: readonly string[]
  /** Where it is, for people. */
  readonly from: string
  /** Missing if it cannot be a named secret. */
  readonly value?: string
  /** Why it cannot. The sentence never contains the value. */
  readonly problem?: string
}

/** Types of Secrets that no command of a CronJob sends. */
const passedOver =
  /^(kubernetes\.io\/(service-account-token|dockercfg|dockerconfigjson|tls)|bootstrap\.kubernetes\.io\/token|helm\.sh\/release\.v1)$/

/**
 * Reads Secrets from manifests or from what `kubectl get secret -o yaml` prints, with the names that the importer gives them.
 * @param options.namespace the namespace of Secrets that name none
 */
export function readSecrets(
  files: readonly InputFile[],
  options: { readonly namespace?: string } = {},
): StoredSecret[] {
  const entries = readManifests(files)
    .resources.filter(({ kind, value }) => kind === 'Secret' && !passedOver.test(String(value.type ?? '')))
    .flatMap((resource) => entriesOf(resource, options.namespace ?? ''))
  const sources = entries.map(({ source }) => source)
  const names = secretNames(sources)
  const short = secretNames(sources.map((source) => ({ ...source, namespace: '' })))
  return entries.map(({ source, ...rest }) => {
    const from = describeSource(source)
    const name = names.get(from) ?? secretName(source)
    const withoutNamespace = secretName({ ...source, namespace: '' })
    const isAlone = sources.filter((one) => secretName({ ...one, namespace: '' }) === withoutNamespace).length === 1
    const otherNames = [distinctSecretName(source), ...(isAlone && short.size > 0 ? [withoutNamespace] : [])]
    return { name, otherNames: otherNames.filter((one) => one !== name), from, ...rest }
  })
}

interface Entry {
  readonly source: SecretSource
  readonly value?: string
  readonly problem?: string
}

function entriesOf({ value, namespace, name }: Resource, otherwise: string): Entry[] {
  const found = new Map<string, Entry>()
  const sourceOf = (key: string) => ({ namespace: namespace ?? otherwise, secret: name, key })
  for (const [key, text] of Object.entries(isObject(value.data) ? value.data : {}))
    found.set(key, { source: sourceOf(key), ...decoded(text) })
  // What kubectl applies: stringData wins.
  for (const [key, text] of Object.entries(isObject(value.stringData) ? value.stringData : {}))
    found.set(key, { source: sourceOf(key), ...checked(text) })
  return [...found.values()]
}

function decoded(text: unknown): Pick<Entry, 'value' | 'problem'> {
  if (typeof text !== 'string') return { problem: 'has no value' }
  const packed = text.replace(/\s/g, '')
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed))
    return { problem: 'is not base64' }
  try {
    return checked(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(packed, 'base64')))
  } catch {
    return { problem: 'is binary: a named secret is text' }
  }
}

/** Longest value of a named secret, in characters. */
const maxLength = 8192

function checked(text: unknown): Pick<Entry, 'value' | 'problem'> {
  if (typeof text !== 'string') return { problem: 'has no value' }
  const value = text.replace(/\r?\n$/, '')
  if (value.trim() === '') return { problem: 'is empty' }
  if (!/^[\x20-\x7e]*$/.test(value))
    return { problem: 'has line ends or characters outside of ASCII, which a header cannot have' }
  if (value.length > maxLength) return { problem: `is longer than ${maxLength} characters` }
  return { value }
}
