import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
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

test('a set of 5,000 tasks is changed and deleted in time while the statistics say that the tables are empty', async () => {
  expect(await apply({ tasks: tasks({ labels: { team: 'a' } }) })).toMatchObject({ create: 5_000 })
  // What an ANALYZE leaves behind that ran while the rows were being inserted.
  await sql`update pg_class set reltuples = 0, relpages = 100 where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ '^task'`
  const changed = tasks({ labels: { team: 'b', env: 'x' }, header: { Authorization: 'Bearer x' }, retries: 1 })
  expect(await apply({ tasks: changed })).toMatchObject({ update: 5_000 })
  const end = { tasks: {}, prune: 'delete', allow_empty: true, max_deletes: 5_000 }
  expect(await apply(end)).toMatchObject({ delete: 5_000 })
}, 60_000)
