import { beforeEach, expect, test } from 'bun:test'
import { listDueGroups, tellGroup } from '../../src/notifications/tell.ts'
import { insertChannel, type TestChannel } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

/** Writes open alerts of one group straight into the tables. */
async function insertManyAlerts({ service_id, id }: TestChannel, count: number): Promise<void> {
  await sql`
    insert into alert (service_id, kind, task_id, task_name, target, since, error)
    select ${service_id}, 'failing', gen_random_uuid(), 'task ' || number, 'api:443', now(), repeat('x', 300)
    from generate_series(1, ${count}::integer) number`
  // Where autovacuum has seen an empty table, PostgreSQL would check each foreign key by reading the whole table.
  await sql`analyze alert`
  await sql`
    insert into alert_channel (service_id, channel_id, kind, target, alert_id, recovered)
    select service_id, ${id}, kind, target, id, true
    from alert`
  await sql`
    insert into alert_group (service_id, channel_id, kind, target, due_at)
    values (${service_id}, ${id}, 'failing', 'api:443', now())`
}

/** Tells the one group and counts what its notification says as sent. Returns the type and the counts of that. */
async function tellAndSend(): Promise<unknown> {
  for (const group of await listDueGroups(sql, 100)) await tellGroup(sql, group)
  const [row] = await sql`
    update notification
    set due_at = null, sent_at = now()
    where due_at is not null
    returning type, body #> '{opened,count}' as opened, body #> '{closed,count}' as closed, body #> '{open,count}' as open`
  return row
}

test('100,000 alerts of one group are told at once, and so is that they have closed', async () => {
  await insertManyAlerts(await insertChannel(await insertService()), 100_000)
  expect(await tellAndSend()).toEqual({ type: 'opened', opened: 100_000, closed: 0, open: 100_000 })
  await sql`update alert set closed_at = now(), closed_because = 'recovered'`
  await sql`update alert_group set due_at = now()`
  expect(await tellAndSend()).toEqual({ type: 'closed', opened: 0, closed: 100_000, open: 0 })
})
