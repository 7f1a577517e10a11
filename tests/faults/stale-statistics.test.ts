import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { freshTables, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await freshTables()
  owner = await createAccount()
})

const keys = Array.from({ length: 5_000 }, (_, index) => `job-${index}`)
const tasks = (more: object) =>
  Object.fromEntries(
    keys.map((key) => [
      key,
      { url: 'http://127.0.0.1:9/', method: 'POST', cron: '30 2 * * *', payload: key.repeat(20), ...more },
    ]),
  )
const apply = async (body: object) => (await send(owner, 'POST', '/task-sets/shop/apply', body)).body.summary

const isTaskTable = sql`relnamespace = 'public'::regnamespace and relname ~ '^task'`
const deleted = { tasks: {}, prune: 'delete', allow_empty: true, max_deletes: 5_000 }

test('a set of 5,000 tasks is changed and deleted in time while the statistics say that the tables are empty', async () => {
  // Statistics of columns remain when a table is emptied: with them the planner estimates differently.
  for (const analyze of [false, true]) {
    expect(await apply({ tasks: tasks({ labels: { team: 'a' } }) })).toMatchObject({ create: 5_000 })
    if (analyze) await sql`analyze`
    // What an ANALYZE leaves behind that ran while the rows were being inserted.
    await sql`update pg_class set reltuples = 0, relpages = 100 where ${isTaskTable} and relkind in ('r', 'i')`
    const changed = tasks({ labels: { team: 'b', env: 'x' }, header: { Authorization: 'Bearer x' }, retries: 1 })
    expect(await apply({ tasks: changed })).toMatchObject({ update: 5_000 })
    expect(await apply(deleted)).toMatchObject({ delete: 5_000 })
  }
})

test('a set of 5,000 tasks is changed in time while the statistics know of two tasks', async () => {
  expect(await apply({ tasks: { a: tasks({})['job-0'], b: tasks({})['job-1'] } })).toMatchObject({ create: 2 })
  await sql`analyze`
  expect(await apply({ tasks: tasks({}), prune: 'delete' })).toMatchObject({ create: 5_000, delete: 2 })
  await sql`update pg_class set reltuples = 2, relpages = 1 where ${isTaskTable} and relkind = 'r'`
  expect(await apply({ tasks: tasks({ labels: { team: 'b' }, retries: 1 }) })).toMatchObject({ update: 5_000 })
})
