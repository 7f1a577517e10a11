import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  await sql`truncate outage`
  await setBeat(0)
  account = await createAccount()
})

const setBeat = (secondsAgo: number) =>
  sql`update pass_beat set at = now() - make_interval(secs => ${secondsAgo}::float8)`
const insertOutage = (began: string, ended: string) =>
  sql`insert into outage values (${began}::text::timestamptz, ${ended}::text::timestamptz)`
const get = (query = '') => send(account, 'GET', `/outages${query}`)
const listed = async (query = '') => (await get(query)).body.outages

test('the outages that overlap a span of time are listed in full length, the oldest first', async () => {
  const night = { began_at: '2026-11-29T02:00:00Z', ended_at: '2026-11-29T02:02:30Z' }
  const noon = { began_at: '2026-11-29T12:00:00.25Z', ended_at: '2026-11-29T12:01:01.5Z' }
  for (const { began_at, ended_at } of [noon, night]) await insertOutage(began_at, ended_at)
  const between = (from: string, to: string) => listed(`?from=2026-11-29T${from}Z&to=2026-11-29T${to}Z`)
  expect(await between('00:00:00', '23:00:00')).toEqual([night, noon])
  expect(await between('02:01:00', '02:01:30')).toEqual([night])
  expect(await between('02:02:30', '12:00:00.25')).toEqual([])
  // Without `from` it is the day before `to`.
  expect(await listed('?to=2026-11-30T01:00:00Z')).toEqual([night, noon])
  expect(await listed('?to=2026-11-30T03:00:00Z')).toEqual([noon])
  const plus = encodeURIComponent('+01:00')
  expect(await listed(`?from=2026-11-29T02:30:00${plus}&to=2026-11-29T03:01:00${plus}`)).toEqual([night])
  // PostgreSQL reads no such offset.
  const far = encodeURIComponent('+20:00')
  expect(await listed(`?from=2026-11-29T21:30:00${far}&to=2026-11-29T22:01:00${far}`)).toEqual([night])
})

test('one that lasts has no end, and is not also told as one that is over', async () => {
  await setBeat(59)
  expect(await listed()).toEqual([])
  await setBeat(150)
  const [lasting, ...others] = await listed()
  expect([lasting.ended_at, others]).toEqual([null, []])
  expect(Math.abs(Date.now() - Date.parse(lasting.began_at) - 150_000)).toBeLessThan(10_000)
  // Passes that fail since then make the last outage longer.
  await sql`insert into outage select at - interval '10 minutes', at from pass_beat`
  const [longer, ...none] = await listed()
  expect([longer.ended_at, none]).toEqual([null, []])
  expect(Date.parse(lasting.began_at) - Date.parse(longer.began_at)).toBe(600_000)
  expect(await listed(`?from=2026-01-01T00:00:00Z&to=${longer.began_at}`)).toEqual([])
})

test('where passes run on a pattern only, an outage is as long as two of its intervals and a minute', async () => {
  const app = await createTestApp({ schedulerOnTime: false })
  const headers = { service_id: account.id, token: account.token }
  const count = async () => {
    const answer = await app.fetch(new Request('http://localhost/outages', { headers }))
    return ((await answer.json()) as { outages: unknown[] }).outages.length
  }
  await setBeat(1_200)
  expect(await count()).toBe(0)
  await setBeat(1_300)
  expect(await count()).toBe(1)
})

test('a list that has not changed is not sent again, and times that are none are refused', async () => {
  await insertOutage('2026-11-29T02:00:00Z', '2026-11-29T02:02:30Z')
  const query = '?to=2026-11-29T03:00:00Z'
  const etag = (await get(query)).headers.get('etag') as string
  expect((await send(account, 'GET', `/outages${query}`, undefined, { 'if-none-match': etag })).status).toBe(304)
  expect((await get('?from=yesterday')).body.errors).toMatchObject([{ path: '/from' }])
  expect((await get('?since=2026-11-29T03:00:00Z')).status).toBe(400)
})
