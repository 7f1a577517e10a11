import type { Config } from './config.ts'
import type { Credentials } from './services/credentials.ts'

/**
 * What a person needs next, for stdout: addresses, credentials, and a line that creates a first task, which calls this
 * service's own health and so works without a network. Credentials that came from the environment are not repeated.
 */
export function welcome(port: number, credentials: Credentials | undefined, config: Config): string {
  const own = config.hosts.length > 1 || config.hosts[0] === '0.0.0.0' || config.hosts[0] === '::'
  const base = `http://${own ? 'localhost' : config.hosts[0]}:${port}`
  const user = credentials ? `${credentials.id}:${credentials.token}` : '$SERVICE_ID:$SERVICE_TOKEN'
  const task = JSON.stringify({
    name: 'First task',
    url: `${base}/health/live`,
    method: 'GET',
    frequency: 1,
    unit: 'minute',
  })
  const lines = [
    '',
    `Duly is running.`,
    `  Dashboard   ${base}/`,
    `  API docs    ${base}/swagger`,
    ...(credentials ? [`  Service id  ${credentials.id}`, `  Token       ${credentials.token}`] : []),
    '',
    'Create a first task:',
    `  curl -u '${user}' -H 'Content-Type: application/json' ${base}/tasks -d '${task}'`,
    '',
  ]
  return (credentials ? lines : lines.map((line) => line.replace(`'${user}'`, `"${user}"`))).join('\n')
}
