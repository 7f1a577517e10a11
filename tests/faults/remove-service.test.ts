import { beforeEach, expect, test } from 'bun:test'
import { server } from '../../src/audit/actor.ts'
import { removeService } from '../../src/services/remove-service.ts'
import { insertChannel, insertNotification, openTestAlerts } from '../support/alerts.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertService } from '../support/rows.ts'

beforeEach(emptyDatabase)

test('a service with many alerts is deleted in batches, with its notifications, and no other loses any', async () => {
  const [service, other] = [await insertService(), await insertService()]
  for (const id of [service, other]) {
    await insertNotification(await insertChannel(id))
    await openTestAlerts(id)
  }
  await openTestAlerts(service, { count: 1_000 })
  // PostgreSQL planned the check of foreign keys for a table of two rows, and would read all of it for each of the next.
  await sql`analyze alert`
  await openTestAlerts(service, { count: 5_000 })
  await sql.unsafe(`
    create function refuse_many() returns trigger language plpgsql as $$
    begin
      if (select count(*) from gone) > 5000 then raise 'one statement deletes more than 5,000 alerts'; end if;
      return null;
    end $$;
    create trigger refuse_many after delete on alert referencing old table as gone for each statement
    execute function refuse_many()`)
  try {
    expect(await removeService(sql, service, server)).toBe(true)
  } finally {
    await sql.unsafe('drop function refuse_many cascade')
  }
  expect([...(await sql`select service_id from alert`)]).toEqual([{ service_id: other }])
  expect([...(await sql`select service_id from notification`)]).toEqual([{ service_id: other }])
})
