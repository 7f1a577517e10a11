import { beforeEach, expect, test } from 'bun:test'
import { FailingNotices } from '../../src/watch/failing.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

/** Inserts so many failing tasks of a service. */
const insertFailing = (service: string, count: number) => sql`
  with made as (
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at)
    select ${service}, gen_random_uuid(), 'task ' || n, 'http://127.0.0.1:9/', 'GET', 1, 'day', '2099-01-01'
    from generate_series(1, ${count}::integer) as n
    returning service_id, id
  )
  insert into failing_task (service_id, task_id, settled, alert_due)
  select service_id, id, 1, true from made`

const openAlerts = async () => (await sql`select count(*)::int as open from alert where closed_at is null`)[0]?.open

let clock = 0
/** A clock on which a statement takes 6 ms. */
const now = () => {
  clock += 6
  return clock
}

/** Gives a replica turns, a minute apart, until so many alerts are open. */
async function turnUntil(notices: FailingNotices, open: number): Promise<void> {
  for (let turn = 0; turn < 20 && (await openAlerts()) !== open; turn++) {
    await notices.turn()
    clock += 60_000
  }
  expect(await openAlerts()).toBe(open)
}

test('turns open the alerts of all services, go on where the last one stopped, and close what has recovered', async () => {
  const [large, small] = [await insertService(), await insertService()]
  await insertFailing(large, 1_100)
  await insertFailing(small, 1)
  const notices = new FailingNotices({ sql, now, stopped: () => false })
  await turnUntil(notices, 1_101)
  // The last of each service, so that all others are read before them.
  await sql`
    delete from failing_task
    where task_id in (select distinct on (service_id) task_id from failing_task order by service_id, task_id desc)`
  await turnUntil(notices, 1_099)
  await sql`delete from failing_task`
  await turnUntil(notices, 0)
})

test('a turn of a replica that stops begins no batch', async () => {
  await insertFailing(await insertService(), 1)
  await new FailingNotices({ sql, now, stopped: () => true }).turn()
  expect(await openAlerts()).toBe(0)
})
