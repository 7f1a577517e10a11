import { expect, test } from 'bun:test'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startReplica } from '../support/replica.ts'
import { useScene } from '../support/scene.ts'
import { ask } from '../support/service.ts'

const scene = useScene()
const count = 1_500
const tasks = (payload: string) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `job-${n}`,
      { url: 'http://127.0.0.1:9/', method: 'POST', cron: '30 2 29 2 *', payload, labels: { n: String(n % 7) } },
    ]),
  )

/** How many tasks and members have the payload, and the revision of the set. */
async function stored(payload: string) {
  const [row] = await sql<{ tasks: number; members: number; revision: number }[]>`
    select
      (select count(*)::int from task where payload = ${payload}) as tasks,
      (select count(*)::int from task_set_member where applied #>> '{fields,payload}' = ${payload}) as members,
      coalesce((select revision from task_set), 0) as revision`
  return row
}

test('after kill -9 in the middle of an apply, all of it is there or nothing, and the next apply does the rest', async () => {
  let revision = 0
  for (const [round, afterMs] of [150, 350, 600].entries()) {
    const service = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
    const payload = `payload ${round}`
    const applying = ask(service, 'POST', '/task-sets/shop/apply', { tasks: tasks(payload) }).catch(() => undefined)
    await Bun.sleep(afterMs)
    service.kill('SIGKILL')
    await applying
    // PostgreSQL may still be at work on what it was sent.
    await eventually(async () => {
      const [row] = await sql<{ busy: number }[]>`
        select count(*)::int as busy
        from pg_stat_activity
        where datname = current_database()
          and query like '%duly:apply_task_set%'
          and state = 'active'
          and pid <> pg_backend_pid()`
      return row?.busy === 0
    }, 'the statement to end')
    const now = await stored(payload)
    const all = { tasks: count, members: count, revision: revision + 1 }
    expect([{ tasks: 0, members: 0, revision }, all]).toContainEqual(now as typeof all)
    revision = now?.revision ?? 0
  }
  const service = await startReplica(scene.account, { env: { SCHEDULER_ENABLED: 'false' } })
  expect((await ask(service, 'POST', '/task-sets/shop/apply', { tasks: tasks('last') })).status).toBe(200)
  expect(await stored('last')).toEqual({ tasks: count, members: count, revision: revision + 1 })
})
