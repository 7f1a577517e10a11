import { afterAll, expect, test } from 'bun:test'
import { divide, openPools } from '../../src/serve/pools.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { silentLog } from '../support/silent-log.ts'

const sizes = { databasePool: 8, schedulerEnabled: true }
const pools = openPools(testDatabaseUrl, sizes, silentLog)
afterAll(() => pools.close())

test('every number of connections is divided without a rest, and every part gets enough', () => {
  expect(divide(sizes)).toEqual({ api: 3, scheduler: 2, upkeep: 2, metrics: 1 })
  expect(divide({ ...sizes, schedulerEnabled: false })).toEqual({ api: 5, scheduler: 0, upkeep: 2, metrics: 1 })
  expect(divide({ ...sizes, databasePool: 16 })).toEqual({ api: 8, scheduler: 4, upkeep: 3, metrics: 1 })
  for (let databasePool = 7; databasePool <= 100; databasePool++)
    for (const schedulerEnabled of [true, false]) {
      const { api, scheduler, upkeep, metrics } = divide({ databasePool, schedulerEnabled })
      expect(api + scheduler + upkeep + metrics).toBe(databasePool)
      expect([api >= 2, scheduler >= 2 === schedulerEnabled, upkeep >= 2, metrics]).toEqual([true, true, true, 1])
    }
})

test('all pools together open as many connections as they may, and no more', async () => {
  const { api, scheduler, maintenance, metrics } = pools
  const all = [api, scheduler ?? api, maintenance, metrics]
  const pids = await Promise.all(
    all.flatMap((pool) => Array.from({ length: 12 }, () => pool`select pg_backend_pid() as pid, pg_sleep(0.02)`)),
  )
  expect(new Set(pids.map(([row]) => row?.pid)).size).toBe(sizes.databasePool)
  const [open] = await sql`
    select count(*)::integer as count
    from pg_stat_activity
    where datname = current_database() and application_name ~ '^duly (api|scheduler|upkeep|metrics)$'`
  expect(open?.count).toBe(sizes.databasePool)
})

test('a statement that takes long holds up no other while another connection is free', async () => {
  const ended: string[] = []
  const slow = [1, 2].map(() => pools.api`select pg_sleep(0.6)`.then(() => ended.push('slow')))
  await pools.api`select`
  const quick = Array.from({ length: 30 }, (_, n) => pools.api`select ${n}::integer`.then(() => ended.push('quick')))
  await Promise.all([...slow, ...quick])
  expect(ended.indexOf('slow')).toBe(30)
})

test('every pool runs transactions while it runs statements, and no statement is part of a transaction of others', async () => {
  for (const pool of [pools.api, pools.scheduler ?? pools.api, pools.maintenance, pools.metrics]) {
    const ended = await Promise.all(
      Array.from({ length: 90 }, (_, n) =>
        n % 3 === 0
          ? pool.begin('read only', async (own) => (await own`select 'begun' as state`)[0]?.state)
          : // In the transaction of another one it would be read-only.
            pool`select current_setting('transaction_read_only') as state`.then(([row]) => row?.state),
      ),
    )
    expect(ended).toEqual(Array.from({ length: 90 }, (_, n) => (n % 3 === 0 ? 'begun' : 'off')))
  }
  const [open] = await sql`
    select count(*)::integer as transactions
    from pg_stat_activity
    where datname = current_database() and application_name like 'duly %' and state like 'idle in transaction%'`
  expect(open?.transactions).toBe(0)
})

test('without a scheduler its connections go to the API', async () => {
  const apiOnly = openPools(testDatabaseUrl, { ...sizes, schedulerEnabled: false }, silentLog)
  expect(apiOnly.scheduler).toBeUndefined()
  expect(apiOnly.loads.map(({ name, max }) => [name, max])).toEqual([
    ['api', 5],
    ['upkeep', 2],
    ['metrics', 1],
  ])
  await apiOnly.close()
})
