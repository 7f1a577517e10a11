import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../../support/app.ts'
import { emptyDatabase, sql } from '../../support/database.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner, { url: 'http://127.0.0.1:9/', scheduled_at: '2099-01-01T00:00:00Z' })
})

/** Records failed executions of a task, a minute apart, the first `ago` minutes ago. */
async function fail(error: string | null, { ago, settled, of = task, code = null }: Given) {
  await sql`
    insert into failed_execution (service_id, created_at, failed_at, id, task_id, reason, settled)
    select ${owner.id}, at, at, gen_random_uuid(), ${of.id},
      hashtextextended(concat(${code}::integer, ' ', ${error}::text), 0), is_settled::boolean
    from unnest(${settled.map(String)}::text[]) with ordinality as given (is_settled, n)
    cross join lateral (select now() - make_interval(mins => ${ago} - n::integer + 1) as at) time`
  await sql`
    insert into failure_reason (service_id, reason, status_code, error)
    values (${owner.id}, hashtextextended(concat(${code}::integer, ' ', ${error}::text), 0), ${code}, ${error})
    on conflict do nothing`
}
interface Given {
  readonly ago: number
  /** Of each attempt, whether no other followed. */
  readonly settled: readonly boolean[]
  readonly of?: { readonly id: string }
  readonly code?: number | null
}

const failures = async (query = '') => (await send(owner, 'GET', `/failures${query}`)).body
const ago = (minutes: number) => encodeURIComponent(new Date(Date.now() - minutes * 60_000).toISOString())

test('counts runs, attempts and tasks by error and host, and which tasks are well again', async () => {
  const other = await createTask(owner, { url: 'http://127.0.0.1:10/', scheduled_at: '2099-01-01T00:00:00Z' })
  const same = await createTask(owner, { url: 'http://127.0.0.1:9/x', scheduled_at: '2099-01-01T00:00:00Z' })
  await fail('connection refused', { ago: 30, settled: [false, false, true] })
  await fail('connection refused', { ago: 20, settled: [true], of: same })
  await fail('connection refused', { ago: 10, settled: [true], of: other })
  await fail('503 busy', { ago: 5, settled: [true, true], code: 503 })
  await sql`
    insert into failing_task (service_id, task_id, since, consecutive, error)
    values (${owner.id}, ${task.id}, now(), 1, 'x')`
  const body = await failures()
  expect(body).toMatchObject({ runs: 5, attempts: 7, tasks: 3, well: 2, counted_from: null, group_count: 3 })
  expect(Date.parse(body.last_at) - Date.parse(body.first_at)).toBeWithin(25 * 60_000, 27 * 60_000)
  expect(body.groups).toMatchObject([
    { error: 'connection refused', status_code: null, target: '127.0.0.1:9', runs: 2, attempts: 4, tasks: 2 },
    { error: '503 busy', status_code: 503, target: '127.0.0.1:9', runs: 2, attempts: 2, tasks: 1 },
    { error: 'connection refused', status_code: null, target: '127.0.0.1:10', runs: 1, attempts: 1, tasks: 1 },
  ])
})

test('goes by when they failed, as a search for failures does, also where they were queued long before', async () => {
  await fail('connection refused', { ago: 30, settled: [false, true] })
  await fail('503 busy', { ago: 60, settled: [true], code: 503 })
  // The retry was queued before the others, and has failed last. One was recorded by an older version.
  await sql`
    update failed_execution
    set created_at = created_at - interval '20 hours', failed_at = now() - interval '5 minutes'
    where not settled`
  await sql`update failed_execution set failed_at = null where reason = hashtextextended('503 503 busy', 0)`
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, scheduled_for, status, error, created_at, started_at, replica_id, duration_ms
    )
    select service_id, task_id, id, id, created_at, 'failed', 'x', created_at, created_at, gen_random_uuid(), 5
    from failed_execution`
  const rows = await sql<
    { id: string }[]
  >`select id from failed_execution order by coalesce(failed_at, created_at) desc`
  const newestFirst = rows.map(({ id }) => id)
  const found = async (query: string) => {
    const ids: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await send(owner, 'GET', `/executions?status=failed&limit=1${query}${cursor}`)
      ids.push(...body.records.map(({ id }: { id: string }) => id))
      if (body.next_cursor === null) return ids
      cursor = `&cursor=${body.next_cursor}`
    }
  }
  const [newest] = (await send(owner, 'GET', '/executions?status=failed')).body.records
  const [{ failed_at } = {}] = await sql<
    { failed_at: string }[]
  >`select max(failed_at) as failed_at from failed_execution`
  expect([newest.id, Date.parse(newest.failed_at)]).toEqual([newestFirst[0], Date.parse(failed_at ?? '')])
  expect((await send(owner, 'GET', '/executions')).body.records[0].failed_at).toBe(null)
  for (const filter of ['', `&task_id=${task.id}`, '&host=127.0.0.1:9', `&task_name=${encodeURIComponent(task.name)}`])
    expect(await found(filter)).toEqual(newestFirst)
  expect(await found('&text=refused')).toEqual(newestFirst.slice(0, 2))
  expect(await found(`&from=${ago(10)}`)).toEqual(newestFirst.slice(0, 1))
  expect(await found(`&to=${ago(10)}`)).toEqual(newestFirst.slice(1))
  expect(await failures(`?from=${ago(10)}`)).toMatchObject({ attempts: 1, groups: [{ error: 'connection refused' }] })
  expect(await failures(`?to=${ago(45)}`)).toMatchObject({ attempts: 1, groups: [{ error: '503 busy' }] })
})

test('takes the filters of a search, and leaves out deleted tasks and other services', async () => {
  const other = await createTask(owner, { url: 'http://127.0.0.1:10/', scheduled_at: '2099-01-01T00:00:00Z' })
  await fail('connection refused', { ago: 30, settled: [true] })
  await fail('503 busy', { ago: 10, settled: [true], of: other, code: 503 })
  const errors = async (query: string) => (await failures(query)).groups.map(({ error }: { error: string }) => error)
  expect(await errors(`?from=${ago(20)}`)).toEqual(['503 busy'])
  expect(await errors(`?to=${ago(20)}`)).toEqual(['connection refused'])
  expect(await errors(`?task_id=${task.id}`)).toEqual(['connection refused'])
  expect(await errors('?host=127.0.0.1:10')).toEqual(['503 busy'])
  await send(owner, 'POST', `/tasks/${other.id}`, { name: 'Reminders' })
  expect(await errors('?task_name=remind')).toEqual(['503 busy'])
  expect(await errors('?status_code=503')).toEqual(['503 busy'])
  expect(await errors('?text=REFUSED')).toEqual(['connection refused'])
  await send(owner, 'DELETE', `/tasks/${other.id}`)
  expect(await failures()).toMatchObject({ runs: 1, tasks: 1, group_count: 1 })
  const stranger = await createAccount()
  expect((await send(stranger, 'GET', '/failures')).body).toEqual({
    ...{ runs: 0, attempts: 0, tasks: 0, well: 0, first_at: null, last_at: null, counted_from: null },
    ...{ groups: [], group_count: 0 },
  })
})
