import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { startReplica } from '../support/replica.ts'
import { executionsOf, insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

// What happens after eight hours in which nothing ran: the time is data.

const scene = useScene()

const hour = 3_600_000
const ago = (ms: number) => new Date(Date.now() - ms).toISOString()
const insertLate = (count: number) =>
  insertTasks(count, { service_id: scene.account.id, url: scene.target.url(), scheduled_at: ago(8 * hour) })
const countStarted = async () => {
  const [row] = await sql`select count(*)::integer as count from execution where status <> 'skipped'`
  return row?.count as number
}

test('slots that are on time start before late ones', async () => {
  await insertLate(300)
  const onTime = await Promise.all(Array.from({ length: 20 }, () => scene.insertTask({ scheduled_at: ago(0) })))
  await startReplica(scene.account)
  await eventually(async () => (await countStarted()) >= 320, 'all tasks have started')
  const starts = (await Promise.all(onTime.map(executionsOf))).flat().map(({ created_at }) => created_at)
  const [row] = await sql`
    select min(created_at) as first
    from execution
    where scheduled_for < now() - interval '1 hour'`
  expect(starts.toSorted().at(-1) < row?.first).toBe(true)
})

test('two replicas start late slots of a service at its limit, and slots on time beside them at once', async () => {
  const [perSecond, seconds] = [20, 4]
  await insertLate(500)
  await sql`insert into catch_up (service_id, per_second, next_free_at)
    values (${scene.account.id}, ${perSecond}, now() - interval '8 hours')`
  await Promise.all([startReplica(scene.account), startReplica(scene.account)])
  await eventually(async () => (await countStarted()) > 0, 'the first late slot has started')
  for (let second = 0; second < seconds; second++) {
    await Bun.sleep(700)
    await scene.laterTaskEnds()
  }
  const starts = await sql`
    select date_part('epoch', created_at) as at
    from execution
    where scheduled_for < now() - interval '1 hour'
    order by created_at`
  const times = starts.map(({ at }) => at as number)
  const first = times[0] as number
  const elapsed = (times.at(-1) as number) - first
  // Never more than the limit, give or take one, over the whole time; a busy machine may start fewer.
  expect(times.length).toBeLessThanOrEqual(elapsed * perSecond + 1.5)
  expect(times.length).toBeGreaterThanOrEqual(elapsed * perSecond * 0.8)
  // In no second more than the limit, what was not used for 200 ms, and one.
  for (const [index, from] of times.entries())
    expect(times.slice(index).filter((time) => time < from + 1).length).toBeLessThanOrEqual(perSecond * 1.2 + 1)
  const [skew] = await sql`
    select max(date_part('epoch', created_at - scheduled_for)) as most
    from execution
    where scheduled_for > now() - interval '1 hour'`
  expect(skew?.most).toBeLessThan(1)
  await expectInvariants(scene.target)
})

test.each([
  ['keep', 600],
  ['restart', 30],
])('600 tasks that were spread over an hour, after an outage with phase %s', async (phase, spreadAtLeast) => {
  await sql`
    insert into task (service_id, id, name, url, method, frequency, unit, phase, scheduled_at)
    select
      ${scene.account.id}, gen_random_uuid(), 'A task', ${scene.target.url()}, 'GET', 1, 'hour',
      nullif(${phase}::text, 'keep'), now() - interval '8 hours' + n * interval '6 seconds'
    from generate_series(1, 600) as n`
  await startReplica(scene.account)
  await eventually(async () => {
    const [row] = await sql`select count(*)::integer as count from task where scheduled_at <= now()`
    return row?.count === 0
  }, 'all tasks have run')
  const [row] = await sql`
    select
      count(distinct date_trunc('second', scheduled_at))::integer as seconds,
      date_part('epoch', max(scheduled_at) - min(scheduled_at)) as between
    from task`
  if (phase === 'keep') {
    expect(row?.seconds).toBe(spreadAtLeast)
    expect(row?.between).toBeGreaterThan(3_500)
  } else expect(row?.between).toBeLessThan(spreadAtLeast)
})
