import { afterAll, expect, test } from 'bun:test'
import { server } from '../../src/audit/actor.ts'
import { DatabaseClock } from '../../src/database/clock.ts'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { isUuid } from '../../src/formats/uuid.ts'
import { hashToken } from '../../src/services/credentials.ts'
import { insertService } from '../../src/services/queries.ts'
import { TaskIds } from '../../src/tasks/ids.ts'
import { emptyScratch } from '../database/scratch.ts'
import { farTask } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'

const hour = 3_600_000
const ends: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

/** The time in a UUIDv7, in ms since 1970. */
const timeOf = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

const fixed = (ms: number) => Object.assign(new DatabaseClock(), { now: () => ms })

test('ids are UUIDv7, and in the order in which they were made, however fast', () => {
  // Bun's own count within a millisecond runs over now and then.
  const makers = Array.from({ length: 40 }, () => new TaskIds(new DatabaseClock()))
  const series = makers.map((ids) => Array.from({ length: 5_000 }, () => ids.next()))
  for (const made of series) expect(made.toSorted()).toEqual(made)
  for (const id of series[0] ?? []) expect([isUuid(id), /^.{14}7.{4}[89ab]/.test(id)]).toEqual([true, true])
})

test('two processes whose clocks agree make ids in order within a millisecond', () => {
  const [one, other] = [new TaskIds(fixed(hour + 0.25)), new TaskIds(fixed(hour + 0.75))]
  for (let round = 0; round < 50; round++) expect(one.next() < other.next()).toBe(true)
})

test('a clock that was set back is followed', () => {
  const clock = fixed(2 * hour)
  const ids = new TaskIds(clock)
  expect(timeOf(ids.next())).toBe(2 * hour)
  clock.now = () => hour
  expect(timeOf(ids.next())).toBe(hour)
})

test("a task's id has the time of the database, not of the process that created it", async () => {
  const scratch = await emptyScratch()
  ends.push(() => scratch.drop())
  await migrate(scratch.url)
  const owner = { id: Bun.randomUUIDv7(), token: 'a token of a test' }
  await insertService(scratch.sql, { id: owner.id, name: 'team', token_hash: hashToken(owner.token) }, server)
  // A database whose clock is an hour behind: this process's is then an hour fast.
  await scratch.sql.unsafe(`
    create schema slow;
    create function slow.clock_timestamp() returns timestamptz language sql volatile as
      $$ select pg_catalog.clock_timestamp() - interval '1 hour' $$;
    do $$ begin
      execute format('alter database %I set search_path = slow, public, pg_catalog', current_database());
    end $$`)
  const sql = connect(scratch.url, { max: 1, statementTimeoutSeconds: 10, name: 'duly test' })
  ends.push(() => sql.end({ timeout: 2 }))
  const app = await createTestApp({ sql })
  const response = await app.fetch(
    new Request('http://localhost/tasks', {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${owner.id}:${owner.token}`)}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(farTask),
    }),
  )
  expect(response.status).toBe(201)
  const { id } = (await response.json()) as { id: string }
  expect(timeOf(id) - Date.now()).toBeWithin(-hour - 10_000, -hour + 10_000)
})
