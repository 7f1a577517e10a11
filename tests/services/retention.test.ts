import { beforeEach, expect, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { setRetention } from '../../src/services/retention.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let account: Account
beforeEach(async () => {
  await emptyDatabase()
  account = await createAccount('own')
})
// The server of these tests keeps executions for 30 days, failures for 365, and answers for 90.
const put = (body: object) => send(account, 'PUT', '/service/retention', body)
const shown = async (who = account) => (await send(who, 'GET', '/service/retention')).body

test('a service keeps its executions as long as the server, or for the shorter time that it sets', async () => {
  const other = await createAccount('other')
  const unset = {
    ...{ execution_days: null, failure_days: null, answer_days: null },
    kept: { execution_days: 30, failure_days: 365, answer_days: 90 },
  }
  expect(await shown()).toEqual(unset)
  const set = {
    execution_days: 7,
    failure_days: 60,
    answer_days: null,
    kept: { execution_days: 7, failure_days: 60, answer_days: 60 },
  }
  expect(await put({ execution_days: 7, failure_days: 60 })).toMatchObject({ status: 200, body: set })
  expect(await shown()).toEqual(set)
  expect(await shown(other)).toEqual(unset)
  await put({ execution_days: 7, failure_days: 60 })
  expect((await put({ answer_days: 2 })).body).toMatchObject({ execution_days: null, kept: { answer_days: 2 } })
  expect((await put({})).body).toEqual(unset)
  expect(await sql`select from retention`).toHaveLength(0)
  const { body: audit } = await send(account, 'GET', '/audit')
  const days = (execution_days: number | null, failure_days: number | null, answer_days: number | null) => ({
    retention: { execution_days, failure_days, answer_days },
  })
  const entries = audit.records.filter(({ action }: { action: string }) => action === 'service_updated')
  expect(entries.map(({ before, after }: { before: object; after: object }) => [before, after])).toEqual([
    [days(null, null, 2), days(null, null, null)],
    [days(7, 60, null), days(null, null, 2)],
    [days(null, null, null), days(7, 60, null)],
  ])
})

test.each([
  [
    { execution_days: 31 },
    'execution_days',
    'must be at most 30: this server keeps nothing of the kind for longer (EXECUTION_RETENTION_DAYS)',
  ],
  [
    { answer_days: 91 },
    'answer_days',
    'must be at most 90: this server keeps nothing of the kind for longer (ANSWER_RETENTION_DAYS)',
  ],
  [
    { failure_days: 29 },
    'failure_days',
    'must be at least execution_days, which is 30: failed executions are kept as long as the others, or longer',
  ],
  [
    { execution_days: 5, failure_days: 9, answer_days: 10 },
    'answer_days',
    'must be at most failure_days, which is 9: answers go with their executions',
  ],
  [{ execution_days: 0 }, 'execution_days', 'a whole number from 1 to 3650'],
])('%j is refused with a sentence, and nothing is set', async (body, field, message) => {
  const { status, body: refusal } = await put(body)
  expect([status, refusal.errors[0].path]).toEqual([400, `/${field}`])
  expect(refusal.errors[0].message).toContain(message)
  expect(await sql`select from retention`).toHaveLength(0)
})

test('what was dropped by the former days stays noted, and a service that does not exist has none', async () => {
  await put({ execution_days: 7 })
  await sql`update retention set successes_before = '2026-01-02T00:00:00Z'`
  await put({ execution_days: 5 })
  expect([...(await sql`select execution_days, successes_before from retention`)]).toEqual([
    { execution_days: 5, successes_before: '2026-01-02T00:00:00Z' },
  ])
  const days = { execution_days: 7, failure_days: null, answer_days: null }
  expect(await setRetention(sql, Bun.randomUUIDv7(), days, commandLine())).toBe(false)
})
