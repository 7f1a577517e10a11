import { expect, test } from 'bun:test'
import { rolloutSettings } from '../deploy/manifests.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { expectInvariants } from '../support/invariants.ts'
import { run } from '../support/process.ts'
import { startReplica } from '../support/replica.ts'
import { useScene } from '../support/scene.ts'
import type { Service } from '../support/service.ts'

const scene = useScene()

/** How long proxies still send to a pod that is going, in ms: until they have learned of it. Less than the preStop sleep. */
const endpointDelayMs = 3_000

/** The replicas that a Service of Kubernetes sends requests to. */
class Endpoints {
  readonly #list: Service[] = []
  #next = 0

  add(...replicas: Service[]): void {
    this.#list.push(...replicas)
  }

  remove(replica: Service): void {
    this.#list.splice(this.#list.indexOf(replica), 1)
  }

  /** Sends a request on a connection of its own to one of them in turn. Returns its status, or the error's code. */
  async send(method: string, path: string): Promise<number | string> {
    const replica = this.#list[this.#next++ % this.#list.length] as Service
    const headers = { service_id: replica.id, token: replica.token, connection: 'close' }
    try {
      const response = await fetch(`${replica.base}${path}`, { method, headers, keepalive: false })
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      return String((error as { code?: string }).code)
    }
  }
}

/** Writes tasks that are not due, and returns their ids. */
async function insertTasks(count: number, path = '/'): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    insert into task (service_id, id, name, url, method, frequency, unit, scheduled_at, timeout_seconds)
    select ${scene.account.id}, gen_random_uuid(), 'rollout', ${scene.target.url(path)}, 'POST', 1, 'hour',
      '2099-01-01', 60
    from generate_series(1, ${count}::integer)
    returning id`
  return rows.map(({ id }) => id)
}

/** Makes the tasks due that are neither due nor running, again and again, until told to stop. Returns how many slots that were. */
async function comeDue(ids: readonly string[], loading: () => boolean): Promise<number> {
  let due = 0
  while (loading()) {
    const made = await sql`
      update task
      set scheduled_at = now()
      where id = any(${[...ids]}::uuid[])
        and scheduled_at > now()
        and not exists (
          select from execution
          where execution.service_id = task.service_id
            and execution.task_id = task.id
            and execution.status = 'started'
        )`
    due += made.count
    await Bun.sleep(250)
  }
  return due
}

test('a rollout with the settings of deploy/kustomize under load: no slot is lost or sent twice, and no request fails', async () => {
  const settings = rolloutSettings()
  expect(endpointDelayMs).toBeLessThan(settings.preStopSeconds * 1_000)
  scene.target.answer = async ({ path }) => {
    await Bun.sleep(path === '/long' ? 8_000 : 20 + Math.random() * 200)
    return new Response('')
  }
  const [repeating, runNow, long] = [await insertTasks(200), await insertTasks(5_000), await insertTasks(40, '/long')]
  const start = async () => {
    // The init container, and then the container.
    const init = run(['bun', 'src/cli/commands/main.ts', ...settings.initArgs], {
      env: { DATABASE_URL: testDatabaseUrl },
    })
    expect(await init.exited, init.err).toBe(0)
    const replica = await startReplica(scene.account, {
      env: { SHUTDOWN_GRACE_SECONDS: String(settings.graceSeconds) },
    })
    await eventually(async () => (await fetch(replica.base + settings.readiness)).ok, 'the replica is ready')
    return replica
  }
  const endpoints = new Endpoints()
  const old = await Promise.all(Array.from({ length: settings.replicas }, start))
  endpoints.add(...old)

  let loading = true
  const answers: (number | string)[] = []
  const due = comeDue(repeating, () => loading)
  const requests = (async () => {
    for (const id of runNow) {
      if (!loading) break
      answers.push(await endpoints.send('POST', `/tasks/${id}/executions`))
      await Bun.sleep(10)
    }
  })()
  // Long calls are under way on both when their end begins.
  await sql`update task set scheduled_at = now() where id = any(${long}::uuid[])`
  await eventually(
    () => scene.target.sent.filter(({ path }) => path === '/long').length === long.length,
    'the long calls',
  )

  /** As the kubelet ends a pod: preStop, SIGTERM, and SIGKILL when the time is over. Returns the exit code. */
  const terminate = async (replica: Service) => {
    setTimeout(() => endpoints.remove(replica), endpointDelayMs)
    await Bun.sleep(settings.preStopSeconds * 1_000)
    replica.kill('SIGTERM')
    const kill = setTimeout(
      () => replica.kill('SIGKILL'),
      (settings.terminationSeconds - settings.preStopSeconds) * 1_000,
    )
    const code = await replica.exited
    clearTimeout(kill)
    return code
  }
  const ends: Promise<number | null>[] = []
  for (const replica of old) {
    endpoints.add(await start())
    ends.push(terminate(replica))
  }
  expect(await Promise.all(ends)).toEqual(old.map(() => 0))
  loading = false
  const slots = (await due) + long.length
  await requests

  expect(answers.filter((answer) => answer !== 202)).toEqual([])
  const expected = slots + answers.length
  await eventually(
    async () => (await sql`select 1 from execution where status in ('started', 'queued') limit 1`).length === 0,
    'nothing is open',
  )
  expect(answers.length).toBeGreaterThan(100)
  expect(slots).toBeGreaterThan(1_000)
  expect(scene.target.sent).toHaveLength(expected)
  expect([...scene.target.bySlot().values()].every((sent) => sent.length === 1)).toBe(true)
  expect(await sql`select 1 from execution where status <> 'success' or redelivery > 0 limit 1`).toHaveLength(0)
  await expectInvariants(scene.target)
})
