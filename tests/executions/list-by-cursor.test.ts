import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { walk } from '../support/walk.ts'

let owner: Account
let task: Awaited<ReturnType<typeof createTask>>
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
  task = await createTask(owner)
})

/** Executions of the task, three of one instant; every fourth failed. */
const insertMany = (count: number, response = 'ok') => sql`
  insert into execution (
    service_id, task_id, id, slot_id, scheduled_for, status, status_code, response, error, created_at, started_at, replica_id
  )
  select ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now(),
    case when n % 4 = 0 then 'failed' else 'success' end, 200, ${response}::text,
    case when n % 4 = 0 then 'the target answered with status 500' end,
    now() + (n / 3) * interval '1 microsecond', now(), gen_random_uuid()
  from generate_series(1, ${count}::int) n`
const newestFirst = async (status = '%') =>
  (
    await sql`
      select id from execution where task_id = ${task.id} and status like ${status} order by created_at desc, id desc`
  ).map(({ id }) => id)
const address = (query: string) => `/tasks/${task.id}/executions?${query}`
const ids = (pages: { id: string }[][]) => pages.flat().map(({ id }) => id)

test('the pages are all executions, newest first, with status those that have it', async () => {
  await insertMany(101)
  expect(ids(await walk(owner, address('limit=10')))).toEqual(await newestFirst())
  expect(ids(await walk(owner, address('limit=3&status=failed')))).toEqual(await newestFirst('failed'))
  expect(await walk(owner, address('limit=101'))).toHaveLength(1)
})

test('executions that come and go during a walk neither repeat nor hide the others', async () => {
  await insertMany(50)
  const before = await newestFirst()
  const deleted = new Set<string>()
  const seen = ids(
    await walk(owner, address('limit=6'), async () => {
      const victim = before[(deleted.size * 17) % 50] as string
      deleted.add(victim)
      await sql`delete from execution where id = ${victim}`
      await insertMany(5)
    }),
  )
  expect(seen.length).toBe(new Set(seen).size)
  expect(before.filter((id) => !deleted.has(id) && !seen.includes(id))).toEqual([])
})

test('a page of large responses ends early', async () => {
  await insertMany(150, 'x'.repeat(65_536))
  const pages = await walk(owner, address('limit=1000'))
  expect(pages.length).toBeWithin(2, 5)
  expect(new Set(ids(pages)).size).toBe(150)
})

test('a cursor is refused with another status and for another task; page numbers cannot stand beside it', async () => {
  await insertMany(5)
  const { body } = await send(owner, 'GET', address('limit=1'))
  const status = async (path: string) => (await send(owner, 'GET', path)).status
  expect(await status(address(`cursor=${body.next_cursor}`))).toBe(200)
  expect(await status(address(`cursor=${body.next_cursor}&status=failed`))).toBe(400)
  expect(await status(`/tasks/${(await createTask(owner)).id}/executions?cursor=${body.next_cursor}`)).toBe(400)
  expect(await status(address('limit=1&pageNumber=1'))).toBe(400)
})

test('a task that does not exist is 404, and HEAD says so too', async () => {
  const path = `/tasks/${Bun.randomUUIDv7()}/executions?limit=5`
  expect((await send(owner, 'GET', path)).status).toBe(404)
  expect((await send(owner, 'HEAD', path)).status).toBe(404)
  expect((await send(await createAccount(), 'GET', address('limit=5'))).status).toBe(404)
})
