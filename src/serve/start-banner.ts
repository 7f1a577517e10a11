import type { Config } from '../config/config.ts'
import type { Credentials } from '../http/auth-schemes.ts'

/** Hosts that mean every address of this machine. */
const allAddresses = ['0.0.0.0', '::']

/**
 * Returns the text that `serve` prints once it is ready: URLs, credentials, and a command that creates a first task. That
 * task calls /health/live of this service, so it needs no network.
 * @param credentials undefined for those of the environment, which are not printed
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

/** Returns the host name for URLs that lead from this machine to a service that listens on `hosts`. */
export function hostName(hosts: readonly string[]): string {
  const [host = 'localhost'] = hosts
  if (hosts.length > 1 || allAddresses.includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** Quotes a URL for a shell. With -g curl does not take the brackets of an IPv6 address for a pattern. */
const quoted = (url: string) => (url.includes('[') ? `-g '${url}'` : url)
