import { afterEach, expect, test } from 'bun:test'
import { emptyScratch } from '../database/scratch.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything } from '../support/process.ts'
import { ask, startService } from '../support/service.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await endEverything()
  for (const end of ends.splice(0).reverse()) await end()
})

test('sessions that are ended again and again, while they connect as well, stop nothing and print no stack trace', async () => {
  const { url, sql, drop } = await emptyScratch()
  ends.push(drop)
  const owner = { id: Bun.randomUUIDv7(), token: 'a token of a test' }
  const service = await startService({ env: { DATABASE_URL: url, SERVICE_ID: owner.id, SERVICE_TOKEN: owner.token } })
  await sql.unsafe(`
    do $$
    declare began timestamptz := clock_timestamp();
    begin
      while clock_timestamp() < began + interval '8 s' loop
        perform pg_stat_clear_snapshot();
        perform pg_terminate_backend(pid)
        from pg_stat_activity
        where datname = current_database() and application_name like 'duly %' and pid <> pg_backend_pid();
      end loop;
    end $$`)
  await eventually(
    async () => (await ask({ ...service, ...owner }, 'GET', '/tasks')).status === 200,
    () => service.err,
  )
  const lines = service.err.split('\n').filter((line) => line !== '')
  expect(lines.filter((line) => !line.startsWith('{'))).toEqual([])
  expect(service.running).toBe(true)
})
