import { beforeEach, expect, test } from 'bun:test'
import { purgeEndedSilences } from '../../src/alerts/purge.ts'
import { maxSilences } from '../../src/alerts/silences.ts'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { closeTestAlerts, insertChannel, openTestAlerts, passTime } from '../support/alerts.ts'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { daily, requestsOf } from '../support/task-sets.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount()
  await insertChannel(account.id)
})

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
const later = '2100-01-01T00:00:00Z'
const get = async (path: string) => (await send(account, 'GET', path)).body
const silence = (fields: object = {}) =>
  send(account, 'POST', '/alert-silences', { host: 'api', until: later, reason: 'New disks', ...fields })
const muteBilling = () => send(account, 'PUT', '/labels/team=billing/alert-policy', { muted_until: later })
const remove = (id: string) => send(account, 'DELETE', `/alert-silences/${id}`)
const states = async () =>
  Object.fromEntries(
    (await get('/alerts')).records.map(({ target, state }: { target: string; state: string }) => [target, state]),
  )
/** Tells what is due, and returns how many notifications of each type there are. */
async function told(): Promise<string[]> {
  for (const group of await listDueGroups(sql, 10)) await tellGroup(sql, group)
  // Sent, so that the next one of a group need not wait for it.
  await sql`update notification set due_at = null, sent_at = now() where due_at is not null`
  return (await sql<{ type: string }[]>`select type from notification order by created_at`).map(({ type }) => type)
}

test('nothing is sent about alerts of the host that are open or open later, and what is open at the end is told', async () => {
  await openTestAlerts(account.id)
  const { status, body, headers } = await silence({ until: inSeconds(3_600) })
  expect([status, headers.get('location')]).toEqual([201, `/alert-silences/${body.id}`])
  expect(body).toEqual({
    ...{ id: expect.any(String), host: 'api', label: null, until: expect.any(String), reason: 'New disks' },
    ...{ actor: 'token', principal: expect.any(String), created_at: expect.any(String) },
  })
  const [fresh] = await openTestAlerts(account.id)
  expect(await get(`/alerts/${fresh}`)).toMatchObject({ state: 'muted', muted_until: body.until })
  await openTestAlerts(account.id, { target: 'other:443' })
  await openTestAlerts(account.id, { target: 'api.example:443' })
  expect(await states()).toEqual({ 'api:443': 'muted', 'other:443': 'open', 'api.example:443': 'open' })
  expect((await get('/alerts?state=muted')).records).toHaveLength(2)
  await passTime(31)
  expect(await told()).toEqual(['opened', 'opened'])
  const [group] =
    await sql`select due_at, (select until from alert_silence) as until from alert_group where target = 'api:443'`
  expect(group?.due_at).toEqual(group?.until)
  await passTime(3_600)
  expect(await states()).toEqual({ 'api:443': 'open', 'other:443': 'open', 'api.example:443': 'open' })
  expect(await told()).toHaveLength(3)
  const [row] = await sql`select body from notification where target = 'api:443'`
  expect(row?.body.opened.count).toBe(2)
})

test('what opens and closes under a silence is not told, and what was told before is told to have closed at its end', async () => {
  const [known] = await openTestAlerts(account.id)
  await passTime(31)
  expect(await told()).toEqual(['opened'])
  await silence({ until: inSeconds(3_600) })
  await passTime(400)
  const [unknown] = await openTestAlerts(account.id)
  await passTime(400)
  await closeTestAlerts(account.id, [known as string, unknown as string])
  await passTime(31)
  expect(await told()).toEqual(['opened'])
  await passTime(3_600)
  expect(await told()).toEqual(['opened', 'closed'])
  const [row] = await sql`select body from notification where type = 'closed'`
  expect(row?.body.closed.count).toBe(1)
})

test('a silence that is ended early has the channels told', async () => {
  const { body } = await silence()
  await openTestAlerts(account.id)
  await passTime(31)
  expect(await told()).toEqual([])
  expect((await remove(body.id)).status).toBe(204)
  expect(await states()).toEqual({ 'api:443': 'open' })
  await passTime(31)
  expect(await told()).toEqual(['opened'])
  expect((await remove(body.id)).body.code).toBe('alert_silence_not_found')
  expect((await send(account, 'GET', `/alert-silences/${body.id}`)).status).toBe(404)
})

test('a silence is of a host with any port or with one, of a label, or of both', async () => {
  const billing = (await createTask(account, { labels: { team: 'billing' } })).id
  const open = async () => {
    await sql`delete from alert`
    await openTestAlerts(account.id, { target: 'api:443', task_ids: [billing] })
    await openTestAlerts(account.id, { target: 'api:8443' })
    await openTestAlerts(account.id, { target: 'b:443', kind: 'late', task_ids: [billing] })
    await openTestAlerts(account.id, { target: '', kind: 'outage' })
  }
  const muted = async (fields: object) => {
    await sql`delete from alert_silence`
    await silence({ host: undefined, ...fields })
    return Object.entries(await states())
      .flatMap(([target, state]) => (state === 'muted' ? [target] : []))
      .toSorted()
  }
  await open()
  expect(await muted({ host: 'API' })).toEqual(['api:443', 'api:8443'])
  expect(await muted({ host: 'api:8443' })).toEqual(['api:8443'])
  expect(await muted({ label: 'team=billing' })).toEqual(['api:443', 'b:443'])
  await openTestAlerts(account.id, { target: '[2001:db8::1]:8443' })
  expect(await muted({ host: '[2001:DB8::1]' })).toEqual(['[2001:db8::1]:8443'])
  expect(await muted({ host: '[2001:db8::1]:443' })).toEqual([])
  expect(await muted({ host: 'api', label: 'team=billing' })).toEqual(['api:443'])
  expect(await muted({ label: 'team=other' })).toEqual([])
  // The later of several holds, and a mute of the alert beside it stays its own.
  const [{ id } = { id: '' }] = (await get('/alerts?state=open&kind=late')).records
  await send(account, 'POST', `/alerts/${id}/mute`, { until: inSeconds(60) })
  await silence({ host: 'b' })
  await silence({ host: 'b', until: inSeconds(600) })
  expect(await get(`/alerts/${id}`)).toMatchObject({ state: 'muted', muted_until: later })
  // The list of tasks shows it too.
  const [{ alerts }] = await get('/tasks?include=alerts')
  expect(
    Object.fromEntries(alerts.map(({ kind, ...alert }: Record<string, string>) => [kind, alert.muted_until])),
  ).toEqual({
    failing: null,
    late: later,
  })
})

test.each([
  ['a silence', 'a change of the task', () => silence({ host: undefined, label: 'team=billing' })],
  ['a silence', 'an apply of its set', () => silence({ host: undefined, label: 'team=billing' })],
  ['a policy', 'a change of the task', () => muteBilling()],
  ['a policy', 'an apply of its set', () => muteBilling()],
])('what %s of a label mutes is told when the task loses the label by %s', async (_, by, mute) => {
  const { apply, byKey } = requestsOf(() => account)
  expect((await apply({ invoices: { ...daily, labels: { team: 'billing' } } })).status).toBe(200)
  const { id } = await byKey('invoices')
  const [open] = await openTestAlerts(account.id, { task_ids: [id] })
  await mute()
  await passTime(31)
  expect(await told()).toEqual([])
  const labels = { team: 'stock' }
  if (by === 'a change of the task') await send(account, 'POST', `/tasks/${id}`, { labels })
  else expect((await apply({ invoices: { ...daily, labels } })).status).toBe(200)
  expect(await get(`/alerts/${open}`)).toMatchObject({ state: 'open' })
  await passTime(31)
  expect(await told()).toEqual(['opened'])
})

test('silences are listed with who and why, the next to end first, and each change is in the audit', async () => {
  const long = (await silence({ host: 'a', label: 'team=x' })).body
  const short = (await silence({ host: 'b', until: inSeconds(600) })).body
  const list = await get('/alert-silences')
  expect(list).toEqual({ records: [short, long], next_cursor: null })
  const page = await get('/alert-silences?limit=1')
  expect((await get(`/alert-silences?limit=1&cursor=${page.next_cursor}`)).records).toEqual([long])
  expect(await get(`/alert-silences/${long.id}`)).toEqual(long)
  await remove(short.id)
  const { records } = await get('/audit?limit=3')
  expect(records).toMatchObject([
    { action: 'alert_silence_deleted', name: 'host b', before: { host: 'b', reason: 'New disks' }, after: null },
    { action: 'alert_silence_created', name: 'host b', before: null },
    {
      action: 'alert_silence_created',
      name: 'host a and label team=x',
      after: { host: 'a', label: 'team=x', until: later, reason: 'New disks' },
    },
  ])
  // One that is over is not listed, and is deleted in time.
  await sql`update alert_silence set until = now() - interval '1 hour', created_at = now() - interval '2 days'`
  expect((await get('/alert-silences')).records).toEqual([])
  expect((await remove(long.id)).status).toBe(404)
  await purgeEndedSilences(sql)
  expect(await sql`select from alert_silence`).toHaveLength(1)
  await sql`update alert_silence set until = now() - interval '25 hours'`
  await purgeEndedSilences(sql)
  expect(await sql`select from alert_silence`).toHaveLength(0)
})

test.each([
  [{ host: undefined }, '/host'],
  [{ host: 'http://api/' }, '/host'],
  [{ host: '::1' }, '/host'],
  [{ host: '[2001:db8' }, '/host'],
  [{ host: 'api:' }, '/host'],
  [{ host: '\ud800' }, '/host'],
  [{ label: 'team' }, '/label'],
  [{ until: '2020-01-01T00:00:00Z' }, '/until'],
  [{ until: undefined }, '/until'],
  [{ reason: ' ' }, '/reason'],
  [{ reason: undefined }, '/reason'],
  [{ reason: 'x'.repeat(501) }, '/reason'],
])('%j is refused', async (fields, path) => {
  expect(await silence(fields)).toMatchObject({ status: 400, body: { errors: [{ path }] } })
  expect(await sql`select from alert_silence`).toHaveLength(0)
})

test('a service has a limited number of silences, of which those that are over do not count', async () => {
  await sql`
    insert into alert_silence (service_id, id, host, until, reason, actor, created_at)
    select ${account.id}, gen_random_uuid(), 'h', now() + make_interval(secs => 60), 'x', 'token', now() - interval '1 day'
    from generate_series(1, ${maxSilences})`
  expect(await silence()).toMatchObject({ status: 409, body: { code: 'too_many_alert_silences' } })
  await sql`update alert_silence set until = now() - interval '1 s' where id = (select id from alert_silence limit 1)`
  expect((await silence()).status).toBe(201)
})

test('of those that are over no more are kept than a service may have, the last to end', async () => {
  await sql`
    insert into alert_silence (service_id, id, host, until, reason, actor, created_at)
    select ${account.id}, gen_random_uuid(), 'h' || n, now() - make_interval(secs => n), 'x', 'token', now() - interval '1 day'
    from generate_series(1, ${maxSilences + 50}) n`
  const stranger = await createAccount()
  await sql`update alert_silence set service_id = ${stranger.id} where host = 'h1'`
  expect((await silence({ host: 'new' })).status).toBe(201)
  const kept = (await sql<{ host: string }[]>`select host from alert_silence`).map(({ host }) => host)
  const ended = Array.from({ length: maxSilences }, (_, n) => `h${n + 2}`)
  expect(kept.toSorted()).toEqual(['new', 'h1', ...ended].toSorted())
})

test('a service neither sees nor ends silences of another one, and they mute nothing of it', async () => {
  const { body } = await silence()
  const stranger = await createAccount()
  await openTestAlerts(stranger.id)
  expect((await send(stranger, 'GET', '/alerts')).body.records).toMatchObject([{ state: 'open' }])
  expect((await send(stranger, 'GET', '/alert-silences')).body.records).toEqual([])
  expect((await send(stranger, 'DELETE', `/alert-silences/${body.id}`)).status).toBe(404)
  expect((await get('/alert-silences')).records).toHaveLength(1)
})
