import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, createTask, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'
import { insertTasks } from '../support/rows.ts'
import { walk } from '../support/walk.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const shuffled = (ids: readonly string[]) =>
  ids
    .map((id) => [Bun.hash(id), id] as const)
    .sort()
    .map(([, id]) => id)

/** Runs writers, again and again, until the walk has ended. Returns what the walk has seen. */
async function whileWriting(writers: readonly (() => Promise<unknown>)[], address: string): Promise<string[]> {
  let walking = true
  const write = async (writer: () => Promise<unknown>) => {
    while (walking) await writer()
  }
  const written = writers.map(write)
  const pages = await walk(owner, address).finally(() => {
    walking = false
  })
  await Promise.all(written)
  return pages.flat().map(({ id }) => id)
}

function expectEachOnce(seen: readonly string[], stayed: readonly string[]): void {
  expect(seen.length).toBe(new Set(seen).size)
  const found = new Set(seen)
  expect(stayed.filter((id) => !found.has(id))).toEqual([])
}

test.each(['', '&sort=name', '&sort=-name', '&sort=created_at', '&sort=-scheduled_at', '&status=active'])(
  'a walk over all tasks%s while others create and delete them has each that stays once',
  async (query) => {
    await insertTasks(600, { service_id: owner.id, url: farTask.url, scheduled_at: farTask.scheduled_at })
    await sql`update task set name = md5(id::text) where id::text < '8'`
    const all = (await send(owner, 'GET', '/tasks?payload=false')).body.map(({ id }: { id: string }) => id) as string[]
    const doomed = shuffled(all).slice(0, 200)
    let [created, deleted] = [0, 0]
    const create = () => createTask(owner, { name: `${'amz'[created++ % 3]}${created}` })
    const remove = async () => {
      const id = doomed[deleted]
      if (id === undefined) return Bun.sleep(1)
      deleted += 1
      await send(owner, 'DELETE', `/tasks/${id}`)
    }
    const seen = await whileWriting([create, create, remove, remove], `/tasks?limit=9${query}`)
    expect(created).toBeGreaterThan(10)
    expect(deleted).toBeGreaterThan(10)
    expectEachOnce(
      seen,
      all.filter((id) => !doomed.includes(id)),
    )
  },
)

test('a walk over the executions of a task, and over all of the service, while others come and go has each once', async () => {
  const task = await createTask(owner)
  const insertMany = (count: number, at = 'now()') => sql`
    insert into execution (
      service_id, task_id, id, slot_id, scheduled_for, status, status_code, response, created_at, started_at, replica_id
    )
    select ${owner.id}, ${task.id}, gen_random_uuid(), gen_random_uuid(), now(), 'success', 200, 'ok',
      ${sql.unsafe(at)} - (n / 3) * interval '1 microsecond', now(), gen_random_uuid()
    from generate_series(1, ${count}::int) n`
  for (const address of [`/tasks/${task.id}/executions?limit=9`, '/executions?limit=9']) {
    await sql`delete from execution`
    await insertMany(600, "now() - interval '1 minute'")
    const all = (await sql<{ id: string }[]>`select id from execution`).map(({ id }) => id)
    const doomed = shuffled(all).slice(0, 200)
    let deleted = 0
    const remove = async () => {
      const id = doomed[deleted]
      if (id === undefined) return Bun.sleep(1)
      deleted += 1
      await sql`delete from execution where service_id = ${owner.id} and id = ${id}`
    }
    const seen = await whileWriting([() => insertMany(4), remove], address)
    expect(deleted).toBeGreaterThan(10)
    expectEachOnce(
      seen,
      all.filter((id) => !doomed.includes(id)),
    )
  }
})
