import { afterEach, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from '../../src/database/connect.ts'
import { isDatabaseUnavailable } from '../../src/database/fault.ts'
import { type MigrateOptions, migrate } from '../../src/database/migrate.ts'
import { migrationsFolder, readMigrationState } from '../../src/database/migrations.ts'
import type { Sql } from '../../src/database/sql.ts'
import { eventually } from '../support/eventually.ts'
import { endPrograms, run } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import { createRole, dbmate, emptyScratch, type Scratch } from './scratch.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await endPrograms()
  for (const end of ends.splice(0).reverse()) await end()
})

async function scratch(): Promise<Scratch> {
  const made = await emptyScratch()
  ends.push(() => made.drop())
  return made
}

/** Another session of the database, under a name of its own. */
function session(url: string, name: string): Sql {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 0, name })
  ends.push(() => sql.end({ timeout: 0 }))
  return sql
}

async function roleWithoutDdl(database: Scratch): Promise<string> {
  const role = await createRole(database)
  ends.push(role.drop)
  return role.url
}

/** A migration under way, and what it has said. */
function migrating(url: string, options: MigrateOptions = {}) {
  const said: string[] = []
  const done = migrate(url, { ...options, report: (line) => said.push(line) })
  done.catch(() => {})
  return { said, done }
}

const says = ({ said }: { said: string[] }, pattern: RegExp) =>
  eventually(
    () => pattern.test(said.join('\n')),
    () => `it said: ${said}`,
  )

const upToDate = async ({ url, sql }: Scratch) => {
  expect(await readMigrationState(sql)).toEqual({ pending: [], unknown: [] })
  expect(await migrate(url)).toEqual({ applied: [], unknown: [] })
}

const lock = 4_711_001

test("a database that is up to date is neither locked nor changed, whoever holds the lock and whatever the user's privileges", async () => {
  const database = await scratch()
  await migrate(database.url)
  const url = await roleWithoutDdl(database)
  const other = session(database.url, 'duly left over')
  await other`select pg_advisory_lock(${lock})`
  const reader = session(database.url, 'a report')
  await reader`begin`
  await reader`lock table task, execution in access share mode`
  const began = performance.now()
  expect(await migrate(url)).toEqual({ applied: [], unknown: [] })
  expectWithin(1_000, began)
})

test('the holder of the migration lock is reported while migrations wait, and they continue when it is released', async () => {
  const database = await scratch()
  const other = session(database.url, 'duly left over')
  const [{ pid } = { pid: 0 }] = await other<{ pid: number }[]>`
    select pg_backend_pid() as pid from pg_advisory_lock(${lock})`
  const start = migrating(database.url)
  await says(start, new RegExp(`their lock, which process ${pid} \\(duly left over, from .+, since 20.+\\) holds`))
  await Bun.sleep(1_200)
  expect(start.said).toHaveLength(1)
  await other`select pg_advisory_unlock(${lock})`
  expect((await start.done).applied.length).toBeGreaterThan(3)
  await upToDate(database)
})

test('the lock does not remain on a session, so that a pooler may pass it to another client', async () => {
  const database = await scratch()
  const [one, two] = [migrating(database.url), migrating(database.url)]
  await eventually(async () => (await readMigrationState(database.sql)).pending.length === 0, 'nothing is applied')
  await Promise.all([one.done, two.done])
  const held = await database.sql`
    select pid
    from pg_locks
    where locktype = 'advisory' and objid = ${lock} and database = (select oid from pg_database where datname = current_database())`
  expect([...held]).toEqual([])
})

test('a migration that waits for a reader is repeated, reports the reader, and delays no other session', async () => {
  const database = await scratch()
  await migrate(database.url)
  // The one with `alter table task`, and what came after it.
  while (!(await readMigrationState(database.sql)).pending.some((file) => file.endsWith('_secret_header.sql')))
    await dbmate(database.url, 'down')
  const reader = session(database.url, 'a report')
  await reader`begin`
  await reader`lock table task in access share mode`
  const start = migrating(database.url)
  let longest = 0
  // On a slow machine the start takes longer until it waits.
  const isOver = (ms: number) => ms > (start.said.length > 0 ? 1_500 : 15_000)
  for (const began = performance.now(); !isOver(performance.now() - began); await Bun.sleep(20)) {
    const asked = performance.now()
    await database.sql`select count(*) from task`
    longest = Math.max(longest, performance.now() - asked)
  }
  expect(longest).toBeLessThan(2_000)
  expect(start.said.join()).toMatch(/^Migration \d+_secret_header.sql waits for a lock that process \d+ \(a report, /)
  expect(start.said).toHaveLength(1)
  await reader`commit`
  await start.done
  await upToDate(database)
})

/** The processes that this one has started, by their numbers. */
const childrenOf = (pid: number) =>
  readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) && readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(pid)
      )
    } catch {
      return false
    }
  })

/** `duly migrate` in a process of its own, as soon as it has started dbmate. */
async function started(url: string) {
  const program = run(['bun', 'src/cli/commands/main.ts', 'migrate'], { env: { DATABASE_URL: url } })
  const [child] = await eventually(
    () => {
      const children = childrenOf(program.pid)
      return children.length > 0 && children
    },
    () => program.err,
  )
  return { program, dbmatePid: Number(child) }
}

for (const waitMs of [0, 15, 30, 60])
  test(`a dbmate that outlives its killed parent does not prevent the next start (${waitMs} ms)`, async () => {
    const database = await scratch()
    const { program, dbmatePid } = await started(database.url)
    await Bun.sleep(waitMs)
    program.kill('SIGKILL')
    try {
      process.kill(dbmatePid, 'SIGSTOP')
    } catch {
      // It was faster.
    }
    const start = migrating(database.url)
    await Bun.sleep(300)
    try {
      process.kill(dbmatePid, 'SIGCONT')
    } catch {
      // It was faster.
    }
    await start.done
    await upToDate(database)
  })

for (const waitMs of [0, 15, 30, 60])
  test(`after kill -9 of dbmate alone it is started again, and a migration is applied completely or not at all (${waitMs} ms)`, async () => {
    const database = await scratch()
    const { program, dbmatePid } = await started(database.url)
    await Bun.sleep(waitMs)
    try {
      process.kill(dbmatePid, 'SIGKILL')
    } catch {
      // It was faster.
    }
    expect(await program.exited).toBe(0)
    await upToDate(database)
  })

test('a dbmate that makes the table of the migrations at the same moment as another one is started again', async () => {
  const database = await scratch()
  const other = session(database.url, 'duly test other')
  await other.unsafe('begin; create table schema_migrations (version varchar(128) primary key)').simple()
  const start = migrating(database.url)
  // It waits for a lock for half a second at most.
  for (let waits = 0; waits === 0; )
    waits = (
      await database.sql`
        select from pg_stat_activity
        where datname = current_database() and application_name = 'duly dbmate' and wait_event_type = 'Lock'`
    ).length
  await other`commit`
  await start.done
  await upToDate(database)
})

for (const [whose, state] of [
  ['dbmate', 'active'],
  ['dbmate', 'idle in transaction'],
  ['migrate', 'idle in transaction'],
] as const)
  test(`a session of ${whose} that is terminated while ${state} leaves a migration applied completely or not at all`, async () => {
    const database = await scratch()
    const start = migrating(database.url)
    for (let ended = 0; ended === 0; )
      ended = (
        await database.sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and application_name = ${`duly ${whose}`} and state = ${state}`
      ).length
    // The database was away then: whoever started the migrations tries again.
    await start.done.catch(() => {})
    await migrate(database.url)
    await upToDate(database)
  })

test('every migration runs in one transaction with its note', () => {
  for (const file of readdirSync(migrationsFolder))
    expect(readFileSync(`${migrationsFolder}/${file}`, 'utf8')).not.toMatch(/transaction\s*:\s*false/)
})

test('migrations of a newer version are reported and do not prevent the start', async () => {
  const { url, sql } = await scratch()
  await migrate(url)
  await sql`insert into schema_migrations (version) values ('29990101000001')`
  expect(await migrate(url)).toEqual({ applied: [], unknown: ['29990101000001'] })
})

test('a user without privileges to change tables gets an error, and DATABASE_MIGRATION_URL may name another user', async () => {
  const database = await scratch()
  const url = await roleWithoutDdl(database)
  await expect(migrate(url)).rejects.toThrow(/could not be applied: .*permission denied.*DATABASE_MIGRATION_URL/s)
  expect((await migrate(url, { migrationUrl: database.url })).applied.length).toBeGreaterThan(3)
  expect(await migrate(url)).toEqual({ applied: [], unknown: [] })
})

test('a DATABASE_MIGRATION_URL of another database is rejected', async () => {
  const [one, other] = [await scratch(), await scratch()]
  await expect(migrate(one.url, { migrationUrl: other.url })).rejects.toThrow(
    /to the database of DATABASE_MIGRATION_URL, and \d+ are missing in that of DATABASE_URL/,
  )
})

test('a user without any privilege gets an error that lists the ones it needs', async () => {
  const database = await scratch()
  await migrate(database.url)
  const url = await roleWithoutDdl(database)
  await database.sql.unsafe(`revoke all on all tables in schema public from ${new URL(url).username}`)
  await expect(migrate(url)).rejects.toThrow(
    /may not use the tables of Duly .*: grant it select, insert, update and delete/,
  )
})

test('a read-only database with pending migrations counts as unavailable, not as one that rejects them', async () => {
  const database = await scratch()
  const { pathname } = new URL(database.url)
  await database.sql.unsafe(`alter database ${pathname.slice(1)} set default_transaction_read_only = on`)
  const error = await migrate(database.url).catch((refused: Error) => refused)
  expect(isDatabaseUnavailable(error)).toBe(true)
  await database.sql.unsafe(`alter database ${pathname.slice(1)} set default_transaction_read_only = off`)
  await migrate(database.url)
  await upToDate(database)
})
