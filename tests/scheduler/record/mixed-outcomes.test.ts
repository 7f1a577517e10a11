import { afterEach, beforeEach, test } from 'bun:test'
import { type Account, createAccount } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { insertTasks } from '../../support/rows.ts'
import { startScheduler, stopSchedulers } from '../../support/scheduler.ts'

let owner: Account
let server: ReturnType<typeof Bun.serve>

beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 500 }) })
})
afterEach(async () => {
  await stopSchedulers()
  server.stop(true)
})

/** Port 9 (discard) is open nowhere. */
const refused = 'http://127.0.0.1:9/'

test('answers with headers and calls without an answer are recorded together', async () => {
  const perTarget = 150
  await insertTasks(perTarget, { service_id: owner.id, url: `http://127.0.0.1:${server.port}/` })
  await insertTasks(perTarget, { service_id: owner.id, url: refused })
  await startScheduler({ schedulerConcurrency: 300 })
  const ended = async () => {
    const [row] = await sql<{ answered: number; refused: number }[]>`
      select
        count(*) filter (where response_header is not null)::int as answered,
        count(*) filter (where response_header is null)::int as refused
      from execution
      where status = 'failed'`
    return row
  }
  await eventually(async () => (await ended())?.answered === perTarget, 'all answers to be recorded')
  await eventually(async () => (await ended())?.refused === perTarget, 'all refused connections to be recorded')
})
