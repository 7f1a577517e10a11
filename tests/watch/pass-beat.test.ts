import { afterEach, beforeEach, expect, test } from 'bun:test'
import { moveBeat } from '../../src/alerts/outage.ts'
import { PassBeat } from '../../src/watch/pass-beat.ts'
import { insertChannel } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { holdOpen } from '../support/scene.ts'
import { schedulerSql } from '../support/scheduler.ts'
import { silentLog } from '../support/silent-log.ts'

let service: string
let lastPass: { ageSeconds: number; limitSeconds: number }
const running: PassBeat[] = []

beforeEach(async () => {
  await emptyDatabase()
  await sql`truncate outage`
  await setBeat('0 seconds')
  service = await insertService()
  // As of a replica that has just started.
  lastPass = { ageSeconds: 0, limitSeconds: 60 }
})
afterEach(() => Promise.all(running.splice(0).map((beat) => beat.stop())))

const setBeat = (ago: string) => sql`update pass_beat set at = now() - ${ago}::text::interval`
const beatAge = async () =>
  (await sql<{ age: number }[]>`select date_part('epoch', now() - at) as age from pass_beat`)[0]?.age ?? Number.NaN

function newBeat(): PassBeat {
  const beat = new PassBeat({ sql: schedulerSql, log: silentLog, passes: { lastPass: () => lastPass } })
  running.push(beat)
  return beat
}

const outages = () =>
  sql`select date_part('epoch', ended_at - began_at)::float8 as seconds from outage order by began_at`
const alerts = () =>
  sql`select service_id, tasks, is_event, closed_because, task_id, error from alert where kind = 'outage'`
const overdue = (fields: object = {}) =>
  insertTask({ service_id: service, scheduled_at: new Date(Date.now() - 60_000).toISOString(), ...fields })

test('a replica that starts after a gap writes one outage, and an alert for each service with something due', async () => {
  await insertService()
  const channel = await insertChannel(service)
  const far = new Date(Date.now() + 3_600_000).toISOString()
  for (const fields of [{}, {}, {}, { scheduled_at: far }, { status: 'paused' }]) await overdue(fields)
  await setBeat('10 minutes')
  await Promise.all([newBeat(), newBeat(), newBeat()].map((beat) => beat.beforeClaims()))
  const [outage, ...others] = await outages()
  expect(others).toHaveLength(0)
  expect(Math.abs(outage?.seconds - 600)).toBeLessThan(5)
  expect(await alerts()).toMatchObject([
    { service_id: service, tasks: 3, is_event: true, closed_because: 'event', task_id: null },
  ])
  const [alert] = await sql`select since = began_at as since, until = ended_at as until from alert, outage`
  expect(alert).toMatchObject({ since: true, until: true })
  const group = await sql`select channel_id, kind, target, due_at > now() as waits from alert_group`
  expect(group).toMatchObject([{ channel_id: channel.id, kind: 'outage', target: '', waits: true }])
  expect(await beatAge()).toBeLessThan(5)
})

test('the alert of an outage counts the due tasks of flows, but for those that are paused', async () => {
  await sql`insert into flow (service_id, name, paused_at) values (${service}, 'open', null), (${service}, 'paused', now())`
  for (const flow of ['open', 'open', 'paused', null]) await overdue({ flow })
  await setBeat('10 minutes')
  await newBeat().beforeClaims()
  expect(await alerts()).toMatchObject([{ service_id: service, tasks: 3 }])
})

test('a gap of less than a minute is no outage', async () => {
  await overdue()
  await setBeat('55 seconds')
  await newBeat().beforeClaims()
  expect(await outages()).toHaveLength(0)
  expect(await alerts()).toHaveLength(0)
})

test('where passes run on a pattern, an outage is more than two of its intervals and a minute', async () => {
  await overdue()
  await setBeat('20 minutes')
  lastPass = { ageSeconds: 0, limitSeconds: 1_260 }
  await newBeat().beforeClaims()
  expect(await outages()).toHaveLength(0)
  await setBeat('22 minutes')
  await newBeat().beforeClaims()
  expect(await outages()).toHaveLength(1)
})

test('with nothing due an outage is written and nobody is told; a fresh installation has had none', async () => {
  await setBeat('10 minutes')
  await newBeat().beforeClaims()
  expect(await outages()).toHaveLength(0)
  await insertTask({ service_id: service, scheduled_at: new Date(Date.now() + 3_600_000).toISOString() })
  await setBeat('10 minutes')
  await newBeat().beforeClaims()
  expect(await outages()).toHaveLength(1)
  expect(await alerts()).toHaveLength(0)
})

test('while others run, a replica that was frozen writes no outage', async () => {
  await overdue()
  const beat = newBeat()
  await beat.beforeClaims()
  lastPass = { ageSeconds: 600, limitSeconds: 60 }
  await beat.beforeClaims()
  expect(await outages()).toHaveLength(0)
})

test('a replica whose own passes have stopped looks again, and passes that fail make the outage longer', async () => {
  await overdue()
  const beat = newBeat()
  await beat.beforeClaims()
  lastPass = { ageSeconds: 600, limitSeconds: 60 }
  for (let times = 1; times <= 3; times++) {
    await sql`update pass_beat set at = at - interval '2 minutes'`
    await sql`update outage set began_at = began_at - interval '2 minutes', ended_at = ended_at - interval '2 minutes'`
    await beat.beforeClaims()
  }
  const [outage, ...others] = await outages()
  expect(others).toHaveLength(0)
  expect(Math.abs(outage?.seconds - 360)).toBeLessThan(5)
  expect(await alerts()).toHaveLength(1)
})

test('while passes go well each pass does nothing for it', async () => {
  const beat = newBeat()
  await beat.beforeClaims()
  expect(beat.beforeClaims()).toBeUndefined()
})

test('the beat follows the last pass, and stays where it was while none goes well', async () => {
  const beat = newBeat()
  await beat.beforeClaims()
  await setBeat('30 seconds')
  lastPass = { ageSeconds: 8, limitSeconds: 60 }
  beat.start()
  await eventually(() => beat.isConfirmed(), 'a beat')
  expect(Math.round(await beatAge())).toBe(8)
  await beat.stop()
  const other = newBeat()
  await other.beforeClaims()
  lastPass = { ageSeconds: 61, limitSeconds: 60 }
  other.start()
  await Bun.sleep(200)
  expect(other.isConfirmed()).toBe(false)
})

test('the beat does not move over an outage that nobody has looked for yet', async () => {
  await overdue()
  await setBeat('10 minutes')
  const beat = newBeat()
  beat.start()
  await Bun.sleep(200)
  expect(await beatAge()).toBeGreaterThan(590)
  await beat.beforeClaims()
  expect(await alerts()).toHaveLength(1)
})

test('a beat that was held up on its way does not move the beat over an outage', async () => {
  await setBeat('70 seconds')
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
  await moveBeat(sql, 3, ago(11))
  expect(await beatAge()).toBeGreaterThan(65)
  await moveBeat(sql, 3, ago(5))
  expect(await beatAge()).toBeLessThan(5)
})

test('a clock of the database that is set back makes no outage, and the beat goes by the new time', async () => {
  await overdue()
  await setBeat('-1 hour')
  const beat = newBeat()
  await beat.beforeClaims()
  expect(await outages()).toHaveLength(0)
  beat.start()
  await eventually(() => beat.isConfirmed(), 'a beat')
  expect(Math.abs(await beatAge())).toBeLessThan(5)
})

test('a look that cannot have its lock holds up no pass for long, and is made later', async () => {
  await overdue()
  await setBeat('10 minutes')
  const release = await holdOpen((connection) => connection`select from pass_beat for update`)
  const beat = newBeat()
  const began = performance.now()
  await beat.beforeClaims()
  expect(performance.now() - began).toBeLessThan(2_500)
  await release()
  await eventually(async () => {
    await beat.beforeClaims()
    return (await alerts()).length === 1
  }, 'the outage')
})
