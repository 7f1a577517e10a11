import type { Text } from '../text.ts'
import { arrayOf } from './environment.ts'
import { isObject } from './read-manifests.ts'

/** What decides which host a name stands for in a pod. */
export interface Network {
  readonly namespace: string
  readonly clusterDomain: string
  /** Namespaces that occur in the input. */
  readonly namespaces: ReadonlySet<string>
  /** The spec of the pod. */
  readonly spec: Readonly<Record<string, unknown>>
}

/** A URL for a caller outside of the pod. */
export interface PlacedUrl {
  readonly url: Text
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
}

/** Writes the host of a URL so that it means the same outside of the pod: Services with their namespace. */
export function placeUrl(url: Text, network: Network): PlacedUrl {
  const [first = ''] = url
  const same = { url, notes: [], reasons: [] }
  const found =
    typeof first === 'string' ? /^(https?:\/\/)(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(.*)$/is.exec(first) : null
  // The host ends with this part, unless a path, a port or a query begins in it.
  // Other schemes are refused when the task is checked.
  if (!found && typeof first === 'string' && first !== '') return same
  if (!found || (url.length > 1 && found[3] === ''))
    return {
      ...same,
      notes: [
        typeof first === 'string' && /^https?:/i.test(first)
          ? 'The host is in a variable: set a Service as SERVICE.NAMESPACE.svc.cluster.local.'
          : 'The URL begins with a variable: set it with http:// or https://, and a Service as SERVICE.NAMESPACE.svc.cluster.local.',
      ],
    }
  const [, , host = '', rest = ''] = found
  const name = host.toLowerCase().replace(/\.$/, '')
  // What is no host is refused when the task is checked.
  if (!/^([\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\])$/.test(name)) return same
  if (isPod(name))
    return {
      ...same,
      reasons: [
        `${host} is the pod itself${network.spec.hostNetwork === true ? ', or its node (hostNetwork)' : ''}: say which host Duly is to call.`,
      ],
    }
  if (arrayOf(network.spec.hostAliases).some(({ hostnames }) => Array.isArray(hostnames) && hostnames.includes(host)))
    return {
      ...same,
      reasons: [
        `hostAliases gives ${host} an address of its own: give Duly a URL with a name or an address that it can reach.`,
      ],
    }
  const labels = name.split('.')
  const isAddress = /^[\d.]+$|^\[/.test(name)
  if (isAddress || labels.length > 3 || (labels.length === 3 && labels[2] !== 'svc')) return same
  const full = serviceName(labels, network)
  if (full === undefined) return same
  if (typeof full === 'object') return { ...same, ...full }
  const before = (first as string).slice(0, (first as string).length - host.length - rest.length)
  return { url: [`${before}${full}${rest}`, ...url.slice(1)], notes: [], reasons: [] }
}

type Advice = { readonly notes: readonly string[] } | { readonly reasons: readonly string[] }

/** Returns the full name of a Service, advice, or undefined for a name that is no Service. */
function serviceName(labels: readonly string[], network: Network): string | Advice | undefined {
  const { namespace, clusterDomain, namespaces, spec } = network
  const name = labels.join('.')
  if (labels.length === 2) {
    const last = labels[1] as string
    // Top-level domains have neither digits nor hyphens, those of other scripts excepted.
    const isNamespace = namespaces.has(last) || (/[\d-]/.test(last) && !last.startsWith('xn--'))
    if (!isNamespace)
      return isTopLevel.test(last)
        ? undefined
        : {
            notes: [
              `If ${name} is a Service of namespace ${last}, Duly finds it only from inside the cluster; ${name}.svc.${clusterDomain} says so.`,
            ],
          }
  }
  const problem = resolverProblem(spec)
  if (problem !== undefined)
    return { reasons: [`${name} is a short name, and ${problem}: write the full name of the host.`] }
  if (labels.length === 3) return `${name}.${clusterDomain}`
  if (labels.length === 2) return `${name}.svc.${clusterDomain}`
  if (namespace === '')
    return {
      reasons: [`${name} is a Service of the job’s namespace, which is not in the manifest: import with --namespace.`],
    }
  return `${name}.${namespace}.svc.${clusterDomain}`
}

/** Top-level domains that nobody takes for a namespace. */
const isTopLevel =
  /^(com|net|org|io|dev|app|de|fr|uk|eu|us|ch|at|nl|be|it|es|pt|pl|se|no|dk|fi|cz|ru|ua|cn|jp|kr|in|br|ca|au|nz|ai|co|me|info|biz|edu|gov|mil|int|tv|cc|gg|sh|run|tech|xyz|online|example|test|invalid|local|lan|internal|corp|home|arpa)$/

/** Why short names of Services are not found in a pod, or found elsewhere. */
function resolverProblem(spec: Readonly<Record<string, unknown>>): string | undefined {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork } = spec
  if (dnsPolicy === 'Default' || dnsPolicy === 'None') return `the pod’s dnsPolicy is ${dnsPolicy}`
  if (hostNetwork === true && dnsPolicy === 'ClusterFirst') return 'the pod is in the network of its node (hostNetwork)'
  if (isObject(dnsConfig) && Object.keys(dnsConfig).length > 0) return 'the pod has a dnsConfig of its own'
  return undefined
}

const isPod = (name: string) =>
  /^(localhost|.*\.localhost|0(\.0){0,3}|127(\.\d+){1,3}|\[::1?\]|\[::ffff:(127\.|7f).*\])$/.test(name)
