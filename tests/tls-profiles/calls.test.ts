import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { TLSSocket } from 'node:tls'
import { createKey, seal } from '../../src/secrets/key.ts'
import { placeOf } from '../../src/secrets/sealed-columns.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { authority, client, clientAuthority, otherAuthority, server, strangerClient } from '../support/certificates.ts'
import { type Arrived, keepingAnswer, startConnectionTarget } from '../support/connection-target.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { endedExecutions } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'

type Target = Awaited<ReturnType<typeof startConnectionTarget>>

let account: Account
const targets: Target[] = []
/** The names in the client certificates of the requests, in their order. */
let presented: (string | undefined)[]
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
  presented = []
})
afterEach(async () => {
  await stopSchedulers()
  for (const target of targets.splice(0)) target.stop()
})

/** A target over TLS that wants a client certificate of `clientAuthority`, and serves others too unless `required`. */
async function start(required = true, answer: (request: Arrived) => string = () => keepingAnswer()): Promise<Target> {
  const options = { ...server, ca: clientAuthority, requestCert: true, rejectUnauthorized: required }
  const target = await startConnectionTarget((request, socket) => {
    presented.push((socket as TLSSocket).getPeerCertificate()?.subject?.CN?.toString())
    socket.write(answer(request))
  }, options)
  targets.push(target)
  return target
}

const put = (name: string, body: object) => send(account, 'PUT', `/tls-profiles/${name}`, body)
const trusting = { ca: authority }
const whole = { ...trusting, certificate: client.cert, private_key: client.key }
const due = '2020-01-01T00:00:00Z'
async function create(target: Target, tls_profile: string | null, path = '/', host = 'localhost') {
  const { id } = await createTask(account, { url: target.url(path, host), tls_profile, scheduled_at: due })
  return { service_id: account.id, id: id as string }
}
const errorOf = async (task: { service_id: string; id: string }) => (await endedExecutions(task))[0].error

test('a call trusts the authority of its profile and presents its certificate', async () => {
  await put('whole', whole)
  const target = await start()
  const tasks = [await create(target, 'whole'), await create(target, 'whole', '/', '127.0.0.1')]
  await startScheduler()
  expect(await errorOf(tasks[0] as never)).toBeNull()
  // The certificate of the target is for localhost only.
  expect(await errorOf(tasks[1] as never)).toBe('TLS: the certificate is for another name')
  expect(presented).toEqual(['Duly tests: client'])
})

test('without the authority, the certificate, or the right one the call fails and says why', async () => {
  await put('trusting', trusting)
  await put('certificate', { certificate: client.cert, private_key: client.key })
  await put('distrusting', { ...whole, ca: otherAuthority })
  await put('stranger', { ...trusting, certificate: strangerClient.cert, private_key: strangerClient.key })
  const target = await start()
  const [none, without, untrusted, distrusting, stranger] = [
    await create(target, null),
    await create(target, 'trusting'),
    await create(target, 'certificate'),
    await create(target, 'distrusting'),
    await create(target, 'stranger'),
  ]
  await startScheduler()
  expect(await errorOf(without)).toContain('requires a client certificate, which a TLS profile of the task can have')
  expect(await errorOf(stranger)).toContain('not accept the client certificate')
  for (const task of [none, untrusted, distrusting]) expect(await errorOf(task)).toMatch(/^TLS: /)
  expect(presented).toEqual([])
})

test('connections are kept, and shared neither with other profiles nor with calls without one, nor after a change', async () => {
  await put('whole', whole)
  await put('same', whole)
  await put('trusting', trusting)
  const target = await start(false)
  await startScheduler()
  const call = async (profile: string) => {
    const before = target.requests.length
    await endedExecutions(await create(target, profile))
    expect(target.requests).toHaveLength(before + 1)
    return target.requests.at(-1)?.connection
  }
  const first = await call('whole')
  const connections = [first, await call('same'), await call('trusting')]
  expect(new Set(connections).size).toBe(3)
  // The next calls find the connections of the profile again, if they are quick enough.
  expect([first, await call('whole')].length).toBe(2)
  expect(presented.slice(0, 3)).toEqual(['Duly tests: client', 'Duly tests: client', undefined])
  await put('whole', { ...trusting, certificate: strangerClient.cert, private_key: strangerClient.key })
  await eventually(async () => {
    await call('whole')
    return presented.at(-1) === 'Duly tests: stranger-client'
  }, 'the changed profile is used')
})

test('a redirect within the origin presents the certificate, one to another origin does not', async () => {
  await put('whole', whole)
  const other = await start(false)
  const redirect = (to: string) => `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`
  const target: Target = await start(false, ({ path }) =>
    path === '/' ? redirect('/next') : path === '/next' ? redirect(other.url('/', 'localhost')) : keepingAnswer(),
  )
  const task = await create(target, 'whole')
  await startScheduler()
  // The other origin is called without the authority of the profile too, and so is not trusted.
  expect(await errorOf(task)).toMatch(/^TLS: /)
  expect(presented).toEqual(['Duly tests: client', 'Duly tests: client'])
  expect(other.requests).toEqual([])
})

test('a profile that is missing, or whose key cannot be opened, fails the call', async () => {
  await put('gone', whole)
  await put('sealed', whole)
  const target = await start(false)
  const [gone, sealed] = [await create(target, 'gone'), await create(target, 'sealed')]
  await sql`delete from tls_profile_use where profile = 'gone'`
  await sql`delete from tls_profile where name = 'gone'`
  const key = createKey()
  const unreadable = seal(key, client.key, placeOf('tls_profile', account.id, 'sealed'))
  await sql`update tls_profile set sealed_key = ${unreadable}`
  await startScheduler()
  expect(await errorOf(gone)).toBe('not sent: there is no TLS profile gone: set it with PUT /tls-profiles/gone')
  expect(await errorOf(sealed)).toContain(
    `not sent: the key of the TLS profile sealed is encrypted with the key ${key.id}, which this server does not have`,
  )
  expect(target.requests).toEqual([])
})
