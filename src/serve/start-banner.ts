import type { Config } from '../config.ts'
import type { Credentials } from '../http/auth-schemes.ts'

/** Hosts that stand for every address of this machine: a person reaches them as localhost. */
const everywhere = ['0.0.0.0', '::']

/**
 * What a person needs next, for stdout: addresses, credentials, and a line that creates a first task, which calls this
 * service's own health and so works without a network. Credentials that came from the environment are not repeated.
 */
export function startBanner(port: number, credentials: Credentials | undefined, config: Config): string {
  const base = `http://${hostName(config.hosts)}:${port}`
  const task = JSON.stringify({
    name: 'First task',
    url: `${base}/health/live`,
    method: 'GET',
    frequency: 1,
    unit: 'minute',
  })
  const create = (user: string) =>
    `  curl -u ${user} -H 'Content-Type: application/json' ${quoted(`${base}/tasks`)} -d '${task}'`
  const lines = ['', 'Duly is running.', `  Dashboard   ${base}/`, `  API docs    ${base}/swagger`]
  if (credentials) lines.push(`  Service id  ${credentials.id}`, `  Token       ${credentials.token}`, '')
  else if (config.service) lines.push('  Service     as SERVICE_ID and SERVICE_TOKEN say', '')
  else lines.push('', 'Create a service to sign in with:', '  bun run duly service create NAME', '')
  lines.push(
    'Create a first task:',
    create(credentials ? `'${credentials.id}:${credentials.token}'` : '"$SERVICE_ID:$SERVICE_TOKEN"'),
    '',
  )
  return lines.join('\n')
}

/** The host by which a person on this machine reaches a service that listens on these. */
export function hostName(hosts: readonly string[]): string {
  const [host = 'localhost'] = hosts
  if (hosts.length > 1 || everywhere.includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** For a shell; brackets of an IPv6 address are a pattern to some. */
const quoted = (url: string) => (url.includes('[') ? `-g '${url}'` : url)
