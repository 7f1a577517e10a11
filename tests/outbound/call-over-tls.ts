/** Calls one HTTPS target by several names and prints what came of it. It trusts the authority in NODE_EXTRA_CA_CERTS. */
import { readFileSync } from 'node:fs'
import { keepingAnswer, startConnectionTarget } from '../support/connection-target.ts'
import { callUrl } from '../support/outgoing-call.ts'

const file = (name: string) => readFileSync(`${import.meta.dir}/../support/certificates/${name}`)
const target = await startConnectionTarget((_, socket) => void socket.write(keepingAnswer()), {
  cert: file('server.crt'),
  key: file('server.key'),
})
const call = async (host: string) => (await callUrl(target.url('/', host), { method: 'POST' })).error
const errors: (string | null)[] = []
for (let round = 0; round < 2; round++)
  for (const host of ['localhost', 'other.localhost', '127.0.0.1']) errors.push(await call(host))
await call('localhost')
const requests = target.requests.map(({ head }) => /^host: *([^:\s]+)/im.exec(head)?.[1])
const first = target.requests[0]?.connection
const onFirst = target.requests.map(({ connection }) => (connection === first ? 1 : connection))
await Bun.sleep(2_000)
const openAfterTwoSeconds = target.open()

// The same with a Host header of the task: it changes nothing about the certificate.
target.requests.length = 0
const withHost: (string | null)[] = []
for (const [name, host] of [
  ['localhost', 'app.example'],
  ['other.localhost', 'localhost'],
  ['127.0.0.1', 'localhost'],
] as const)
  withHost.push((await callUrl(target.url('/', name), { host })).error)
const hosts = target.requests.map(({ head }) => /^host: *(\S+)/im.exec(head)?.[1])

// The same with authorities of a TLS profile: they are trusted in place of all others, on connections of their own.
const ofProfiles: (string | null)[] = []
for (const ca of ['stranger.crt', 'authority.crt', 'stranger.crt'])
  ofProfiles.push((await callUrl(target.url('/', 'localhost'), { tls: { id: ca, ca: String(file(ca)) } })).error)
console.log(
  JSON.stringify({
    errors,
    requests: requests.map((host, n) => [host, onFirst[n]]),
    openAfterTwoSeconds,
    withHost,
    hosts,
    ofProfiles,
  }),
)
process.exit(0)
