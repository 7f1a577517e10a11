import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { Scheduler } from '../../src/scheduler/scheduler.ts'
import { LateNotices } from '../../src/watch/late.ts'
import { LongNotices } from '../../src/watch/long.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { insertService, insertTask } from '../support/rows.ts'
import { startScheduler, stopSchedulers } from '../support/scheduler.ts'
import { stopTargets, Target } from '../support/target.ts'

let service: string
let target: Target

beforeEach(async () => {
  await emptyDatabase()
  await sql`truncate outage`
  await sql`update pass_beat set at = now(), noticed_at = '-infinity'`
  service = await insertService()
  target = new Target()
})
afterEach(async () => {
  target.release()
  await stopSchedulers()
  stopTargets()
})

const lateOf = (scheduler: Scheduler) =>
  new LateNotices({
    sql,
    lateServices: (seconds) => scheduler.lateServices(seconds),
    obstacles: (id) => scheduler.obstacles(id),
    lastPass: () => scheduler.lastPass(),
    stopped: () => false,
  })
const alerts = (kind: string) =>
  sql`select task_id, error, execution_id, closed_because from alert where kind = ${kind}`

test('tasks of a target whose calls hang are late, and the alert says so; they are well again once it answers', async () => {
  target.hold()
  const scheduler = await startScheduler({ schedulerConcurrency: 4 })
  // Of passes every ten minutes; a due task is not waited for so long, because it starts on time.
  expect(scheduler.lastPass()).toMatchObject({ limitSeconds: 60, toleranceSeconds: 660 })
  const fields = { service_id: service, url: target.url(), updated_at: new Date(0).toISOString(), timeout_seconds: 60 }
  const tasks = await Promise.all(
    Array.from({ length: 6 }, () =>
      insertTask({ ...fields, scheduled_at: new Date(Date.now() - 400_000).toISOString() }),
    ),
  )
  const sentAtMost = await eventually(async () => {
    const { length } = target.sent
    await Bun.sleep(300)
    const isHeldUp = Object.keys(scheduler.obstacles(service).targets).length > 0
    return isHeldUp && length > 0 && length === target.sent.length && length
  }, 'a full target')
  await lateOf(scheduler).turn()
  const late = await alerts('late')
  expect(late).toHaveLength(tasks.length - sentAtMost)
  const [{ error }] = late as unknown as [{ error: string }]
  expect(error).toMatch(/as many calls as one target may: \d have not ended|all 4 seats|hold \d of 4 seats/)
  target.release()
  await eventually(() => target.sent.length === tasks.length, 'all calls')
  await eventually(async () => {
    await sql`update pass_beat set noticed_at = '-infinity'`
    await lateOf(scheduler).turn()
    return (await alerts('late')).every(({ closed_because }) => closed_because === 'started')
  }, 'closed alerts')
})

test('a run of this replica that takes long has an alert within 5 s, which another one closes', async () => {
  target.hold()
  const scheduler = await startScheduler()
  const task = await insertTask({ service_id: service, url: target.url(), timeout_seconds: 60 })
  await sql`insert into alert_policy (service_id, long_seconds) values (${service}, 5)`
  await eventually(() => target.sent.length === 1, 'a call')
  const long = new LongNotices({ sql, openRuns: () => scheduler.openRuns() })
  await long.turn()
  expect(await alerts('long')).toHaveLength(0)
  await sql`update execution set started_at = started_at - interval '1 minute' where task_id = ${task.id}`
  await eventually(async () => {
    await long.turn()
    return (await alerts('long')).length === 1
  }, 'an alert')
  expect(await alerts('long')).toMatchObject([
    { task_id: task.id, execution_id: target.sent[0]?.execution, closed_because: null },
  ])
  target.release()
  await eventually(async () => {
    await sql`update pass_beat set noticed_at = '-infinity'`
    await lateOf(scheduler).turn()
    return (await alerts('long'))[0]?.closed_because === 'ended'
  }, 'a closed alert')
})
