import type { Reference, Value } from '../text.ts'
import { expandReferences } from './expand.ts'
import { keysOf, type StoredData, textsOf } from './objects.ts'
import { isObject } from './read-manifests.ts'
import type { SecretSource } from './secret-name.ts'

/** Makes references to what is not in an input, and remembers them. */
export interface References {
  secret(source: SecretSource): Reference
  variable(namespace: string, configMap: string, key: string): Reference
}

/** Where the variables of a container come from. */
export interface Surroundings {
  readonly data: StoredData
  readonly references: References
  readonly namespace: string
  /** Metadata and spec of the pod. */
  readonly pod: Readonly<Record<string, unknown>>
}

/** The variables of a container. */
export interface ContainerVariables {
  /** Returns the value of a variable; undefined if nothing of the manifest sets it. */
  readonly lookup: (name: string) => Value | undefined
  /** The same for `$(NAME)` in a script, where `$(hostname)` is a command unless something sets a variable of that name. */
  readonly lookupInScript: (name: string) => Value | undefined
  /** Why the container does not start, if it does not. */
  readonly problems: readonly string[]
}

/** Names that images and shells set themselves, which nobody takes from a Secret. */
const ownNames = /^(PATH|HOME|HOSTNAME|PWD|SHELL|USER|TERM|IFS|PS[124]|RANDOM|LINENO|PPID|UID|OLDPWD)$/

/** Reads `envFrom` and `env` of a container, in the order in which Kubernetes sets them. */
export function readVariables(container: Readonly<Record<string, unknown>>, around: Surroundings): ContainerVariables {
  const values = new Map<string, Value>()
  const problems: string[] = []
  /** Sources that are not in the input: any name may be theirs. */
  const open: { readonly prefix: string; readonly refer: (key: string) => Reference; readonly what: string }[] = []
  const { namespace, data, references } = around
  for (const source of arrayOf(container.envFrom)) {
    const prefix = typeof source.prefix === 'string' ? source.prefix : ''
    const [kind, reference] = isObject(source.secretRef)
      ? (['Secret', source.secretRef] as const)
      : (['ConfigMap', isObject(source.configMapRef) ? source.configMapRef : {}] as const)
    const name = String(reference.name ?? '')
    const stored = data.find(kind, namespace, name)
    const refer = (key: string) =>
      kind === 'Secret'
        ? references.secret({ namespace, secret: name, key })
        : references.variable(namespace, name, key)
    if (!stored) open.push({ prefix, refer, what: `${kind} ${name}` })
    else {
      const texts = kind === 'ConfigMap' ? textsOf(stored) : undefined
      for (const key of keysOf(stored)) {
        const text = texts?.get(key)
        values.set(`${prefix}${key}`, text === undefined ? [refer(key)] : [text])
      }
    }
  }
  const lookup = (name: string): Value | undefined => {
    const value = values.get(name)
    if (value !== undefined) return value
    if (ownNames.test(name) || !/^[A-Za-z_][\w.-]*$/.test(name)) return undefined
    const possible = open.filter(({ prefix }) => name.startsWith(prefix) && name.length > prefix.length)
    const [one, ...others] = possible
    if (!one) return undefined
    if (others.length > 0)
      return {
        unknown: `${name} may come from ${possible.map(({ what }) => what).join(' or ')}: add them to the input`,
      }
    return [one.refer(name.slice(one.prefix.length))]
  }
  for (const variable of arrayOf(container.env)) {
    if (typeof variable.name !== 'string') continue
    const value = readValue(variable, around, lookup)
    if (value === 'missing')
      problems.push(`${variable.name} refers to a key that is not there, so the container does not start.`)
    else if (value === undefined) values.delete(variable.name)
    else values.set(variable.name, value)
  }
  const lookupInScript = (name: string) => (/^[A-Z][A-Z0-9_]*$/.test(name) ? lookup(name) : values.get(name))
  return { lookup, lookupInScript, problems }
}

/** Returns the value of an entry of `env`; undefined if it sets nothing, `missing` if the container would not start. */
function readValue(
  variable: Readonly<Record<string, unknown>>,
  around: Surroundings,
  lookup: (name: string) => Value | undefined,
): Value | undefined | 'missing' {
  const { value, valueFrom, name } = variable
  if (!isObject(valueFrom)) {
    if (value === undefined || value === null) return ['']
    if (typeof value !== 'string')
      return { unknown: `the value of ${name} is not a string: write it in quotation marks` }
    return expandReferences(value, lookup)
  }
  const { namespace, data, references } = around
  if (isObject(valueFrom.secretKeyRef) || isObject(valueFrom.configMapKeyRef)) {
    const isSecret = isObject(valueFrom.secretKeyRef)
    const reference = (isSecret ? valueFrom.secretKeyRef : valueFrom.configMapKeyRef) as Readonly<
      Record<string, unknown>
    >
    const [object, key] = [String(reference.name ?? ''), String(reference.key ?? '')]
    const refer = () =>
      isSecret ? references.secret({ namespace, secret: object, key }) : references.variable(namespace, object, key)
    const stored = data.find(isSecret ? 'Secret' : 'ConfigMap', namespace, object)
    if (!stored) return [refer()]
    if (!keysOf(stored).has(key)) return reference.optional === true ? undefined : 'missing'
    const text = isSecret ? undefined : textsOf(stored).get(key)
    return text === undefined ? [refer()] : [text]
  }
  if (isObject(valueFrom.fieldRef)) return fieldOf(String(valueFrom.fieldRef.fieldPath ?? ''), around, name)
  return { unknown: `${name} is known only to the running pod` }
}

/** Returns the value of a field of the pod. */
function fieldOf(path: string, { pod, namespace }: Surroundings, name: unknown): Value {
  const metadata = isObject(pod.metadata) ? pod.metadata : {}
  const spec = isObject(pod.spec) ? pod.spec : {}
  const [, part, key] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? []
  const entries = part === undefined ? undefined : metadata[part]
  const stated = isObject(entries) && key !== undefined ? entries[key] : undefined
  if (typeof stated === 'string') return [stated]
  if (path === 'metadata.namespace' && namespace !== '') return [namespace]
  if (path === 'spec.serviceAccountName')
    return [typeof spec.serviceAccountName === 'string' ? spec.serviceAccountName : 'default']
  return { unknown: `${name} is ${path}, which is known only to the running pod` }
}

/** Returns the objects of an array; none if it is no array. */
export function arrayOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
