import { beforeEach, expect, spyOn, test } from 'bun:test'
import { commandLine } from '../../src/audit/actor.ts'
import { serviceRetentionCommand } from '../../src/cli/commands/service-retention.ts'
import { setRetention } from '../../src/services/retention.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase, sql, testDatabaseUrl } from '../support/database.ts'

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
    server: { execution_days: 30, failure_days: 365, answer_days: 90 },
    labels: [],
  }
  expect(await shown()).toEqual(unset)
  const set = {
    execution_days: 7,
    failure_days: 60,
    answer_days: null,
    kept: { execution_days: 7, failure_days: 60, answer_days: 60 },
    server: unset.server,
    labels: [],
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
  expect(await setRetention(sql, Bun.randomUUIDv7(), days, commandLine())).toBeUndefined()
})

const labelled = (method: string, label: string, body?: object, who = account) =>
  send(who, method, `/labels/${encodeURIComponent(label)}/retention`, body)

test('the tasks with a label have days of their own, which are listed with those of the service, and audited', async () => {
  const other = await createAccount('other')
  const label = 'tier=batch=night'
  const missing = { status: 404, body: { code: 'label_retention_not_found' } }
  expect(await labelled('GET', label)).toMatchObject(missing)
  expect(await labelled('DELETE', label)).toMatchObject(missing)
  const set = { label, execution_days: 2, failure_days: 9, answer_days: null }
  const shownSet = { ...set, kept: { execution_days: 2, failure_days: 9, answer_days: 9 } }
  const body = { execution_days: 2, failure_days: 9 }
  expect(await labelled('PUT', label, body)).toMatchObject({ status: 201, body: shownSet })
  expect(await labelled('PUT', label, body)).toMatchObject({ status: 200, body: shownSet })
  expect((await labelled('GET', label)).body).toEqual(shownSet)
  expect(await labelled('GET', label, undefined, other)).toMatchObject(missing)
  // Nothing given: as long as the server says, whatever the service says.
  const long = { execution_days: null, failure_days: null, answer_days: null }
  const kept = { execution_days: 30, failure_days: 365, answer_days: 90 }
  expect((await labelled('PUT', 'area=billing', {})).body).toEqual({ label: 'area=billing', ...long, kept })
  const labels = [{ label: 'area=billing', ...long, kept }, shownSet]
  expect((await put({ execution_days: 5 })).body.labels).toEqual(labels)
  expect((await shown()).labels).toEqual(labels)
  expect((await shown(other)).labels).toEqual([])
  await sql`update label_retention set successes_before = now()`
  await sql`update retention set successes_before = now()`
  expect((await labelled('DELETE', label)).status).toBe(204)
  expect(await labelled('GET', label)).toMatchObject(missing)
  // By the days that hold now, all may have to go.
  const done = await sql`
    select distinct successes_before::text from label_retention union select successes_before::text from retention`
  expect([...done]).toEqual([{ successes_before: '-infinity' }])
  const { body: audit } = await send(account, 'GET', '/audit')
  const entries = audit.records
    .map(({ before, after }: { before: object; after: object }) => [before, after])
    .filter(([, after]: [object, object | null]) => after && 'label_retention' in after)
  expect(entries).toEqual([
    [{ label_retention: set }, { label_retention: null }],
    [{ label_retention: null }, { label_retention: { label: 'area=billing', ...long } }],
    [{ label_retention: null }, { label_retention: set }],
  ])
})

test('days of a label that cannot hold are refused, and so is one label too many', async () => {
  const refused = await labelled('PUT', 'tier=batch', { execution_days: 31 })
  expect([refused.status, refused.body.errors[0].path]).toEqual([400, '/execution_days'])
  expect((await labelled('PUT', 'tier', { execution_days: 3 })).status).toBe(400)
  await sql`
    insert into label_retention (service_id, label_name, label_value)
    select ${account.id}, 'n', n::text from generate_series(1, 20) n`
  expect(await labelled('PUT', 'tier=batch', { execution_days: 3 })).toMatchObject({
    status: 409,
    body: { code: 'too_many_label_retentions' },
  })
  expect((await labelled('PUT', 'n=7', { execution_days: 3 })).status).toBe(200)
})

test('the command line sets, shows and takes back the days of a service and of its labels', async () => {
  const run = async (...args: string[]) => {
    let said = ''
    const write = spyOn(process.stdout, 'write').mockImplementation(((text: string, done: () => void) => {
      said += text
      done()
    }) as typeof process.stdout.write)
    const before = Bun.env.DATABASE_URL
    Bun.env.DATABASE_URL = testDatabaseUrl
    try {
      await serviceRetentionCommand().parseAsync([account.id, ...args], { from: 'user' })
    } finally {
      write.mockRestore()
      if (before === undefined) delete Bun.env.DATABASE_URL
      else Bun.env.DATABASE_URL = before
    }
    return said
  }
  const label = ['--label', 'tier=batch']
  await put({ execution_days: 7, failure_days: 60 })
  expect(await run(...label, '--execution-days', '1', '--json')).toBe(
    `${JSON.stringify({ id: account.id, label: 'tier=batch', execution_days: 1, failure_days: null, answer_days: null })}\n`,
  )
  expect(await run()).toBe(
    [
      '  Executions  7 days',
      '  Failures    60 days',
      '  Answers     as the server says',
      '  tier=batch',
      '    Executions  1 day',
      '    Failures    as the server says',
      '    Answers     as the server says\n',
    ].join('\n'),
  )
  expect(await run(...label, '--delete')).toBe('What was set for tier=batch is taken back.\n')
  await expect(run(...label)).rejects.toThrow(
    'No retention is set for the label tier=batch: the days of the service hold.',
  )
  await expect(run('--delete')).rejects.toThrow('--delete needs --label')
  expect((await shown()).labels).toEqual([])
})
