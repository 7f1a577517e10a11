import type { FoundRequest } from '../model.ts'
import { plainText } from '../text.ts'
import { arrayOf, type ContainerVariables } from './environment.ts'

/**
 * Returns the variable that sends a request through a proxy; undefined if none does. Curl and wget read `http_proxy` in lower case
 * only.
 */
export function proxyOf(
  { url }: FoundRequest,
  { lookup }: ContainerVariables,
  container: Readonly<Record<string, unknown>>,
): string | undefined {
  const stated = new Set(arrayOf(container.env).map(({ name }) => name))
  const statedValue = (name: string) => (stated.has(name) ? lookup(name) : undefined)
  const [start = ''] = url
  const isSecure = typeof start !== 'string' || !/^http:/i.test(start)
  const names = [...(isSecure ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy']), 'all_proxy', 'ALL_PROXY']
  const proxy = names.find((name) => {
    const value = statedValue(name)
    return value !== undefined && ('unknown' in value || plainText(value) !== '')
  })
  if (proxy === undefined) return undefined
  const [, host] = /^https?:\/\/([^/?#:]+)/i.exec(typeof start === 'string' ? start : '') ?? []
  const isExcepted = ['no_proxy', 'NO_PROXY'].some((name) => {
    const value = statedValue(name)
    const list = value === undefined || 'unknown' in value ? '' : (plainText(value) ?? '')
    return host !== undefined && list.split(/[\s,]+/).some((entry) => covers(entry, host.toLowerCase()))
  })
  return isExcepted ? undefined : proxy
}

/** Whether an entry of `no_proxy` covers a host. */
function covers(entry: string, host: string): boolean {
  const name = entry.toLowerCase().replace(/^\./, '')
  return name !== '' && (name === '*' || host === name || host.endsWith(`.${name}`))
}
