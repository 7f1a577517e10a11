import { afterEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { migrate } from '../../src/database/migrate.ts'
import { requireVersion } from '../../src/database/require-supported.ts'
import { checkout } from '../support/process.ts'
import { catalog } from './catalog.ts'
import { dbmate, emptyScratch, type Scratch } from './scratch.ts'

const scratches: Scratch[] = []
afterEach(async () => {
  for (const scratch of scratches.splice(0)) await scratch.drop()
})

async function scratch(): Promise<Scratch> {
  const made = await emptyScratch()
  scratches.push(made)
  return made
}

const versions = ({ sql }: Scratch) => sql`select version from public.schema_migrations order by version`

test('db/schema.sql is the result of the migrations; if this fails, run db/dump-schema.sh', async () => {
  const [migrated, loaded] = [await scratch(), await scratch()]
  await migrate(migrated.url)
  await loaded.sql.unsafe(await Bun.file(join(checkout, 'db/schema.sql')).text())
  const facts = await catalog(loaded.sql)
  expect(facts.filter((fact) => fact.startsWith('constraint | task')).length).toBeGreaterThan(10)
  expect(facts).toEqual(await catalog(migrated.sql))
  expect([...(await versions(loaded))]).toEqual([...(await versions(migrated))])
})

test('the migrations go up, down and up again', async () => {
  const database = await scratch()
  await dbmate(database.url, 'up')
  const up = await catalog(database.sql)
  const { length } = await versions(database)
  for (let step = 0; step < length; step++) await dbmate(database.url, 'down')
  expect(await versions(database)).toHaveLength(0)
  const down = await catalog(database.sql)
  expect(down.filter((fact) => !/schema_migrations|^extension/.test(fact))).toEqual([])
  await dbmate(database.url, 'up')
  expect(await catalog(database.sql)).toEqual(up)
})

test('every table has a comment, and every constraint and index a name of ours', async () => {
  const { sql, url } = await scratch()
  await migrate(url)
  const uncommented = await sql`
    select relname
    from pg_class
    where relnamespace = 'public'::regnamespace
      and relkind in ('r', 'p')
      and relname <> 'schema_migrations'
      and obj_description(oid, 'pg_class') is null`
  expect([...uncommented]).toEqual([])
  const unnamed = await sql`
    select conname
    from pg_constraint
    join pg_class on pg_class.oid = conrelid
    where relnamespace = 'public'::regnamespace
      and not relispartition
      and relname <> 'schema_migrations'
      and contype <> 'n'
      and conname ~ '(_check\\d*|_key\\d*|_id_fkey\\d*|_excl)$'`
  expect([...unnamed]).toEqual([])
})

test('migrating twice applies nothing the second time', async () => {
  const { url } = await scratch()
  expect((await migrate(url)).applied.length).toBeGreaterThanOrEqual(3)
  expect(await migrate(url)).toEqual({ applied: [], unknown: [] })
})

test('a PostgreSQL before 15 is rejected by its version', () => {
  expect(() => requireVersion(140_011, '14.11')).toThrow(
    'PostgreSQL 14.11 is too old: Duly needs PostgreSQL 15 or newer.',
  )
  expect(() => requireVersion(90_624, '9.6.24')).toThrow('PostgreSQL 9.6.24 is too old')
  for (const [number, version] of [
    [150_000, '15.0'],
    [150_020, '15.20 (Debian 15.20-0+deb12u1)'],
    [180_004, '18.4'],
  ] as const)
    expect(() => requireVersion(number, version)).not.toThrow()
})
