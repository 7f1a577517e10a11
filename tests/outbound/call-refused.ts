/**
 * Calls targets that must be refused, and prints the outcomes. Without a network of its own (`connected`) it keeps to
 * loopback.
 */
import { call } from '../../src/scheduler/call/call.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { outbound } from '../support/outbound.ts'

const loopback = ['http://127.0.0.1:9/', 'http://[::1]:9/', 'http://localhost:9/', 'http://[::ffff:127.0.0.1]:9/']
const others = [
  'http://169.254.169.254/',
  'http://10.0.0.1/',
  'http://192.168.0.1/',
  'http://[fe80::1]/',
  'http://0.0.0.0/',
]
const strange = ['file:///etc/hostname', 'data:text/plain,x']
const urls = [...loopback, ...strange, ...(process.argv[2] === 'alone' ? others : [])]

const names = new SecretNames([])
const staysWithOrigin = (name: string) => names.has(name)
const outcomes = []
for (const url of urls) {
  const outgoing = { method: 'GET', url, header: {}, payload: null, identity: {}, staysWithOrigin, timeoutMs: 2_000 }
  outcomes.push({ url, error: (await call(outbound('public'), outgoing)).error })
}
console.log(JSON.stringify(outcomes))
