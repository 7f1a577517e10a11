import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { eventually } from '../support/eventually.ts'
import { endEverything, endPrograms, serverOf } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import {
  ask,
  folderWithDatabase,
  freePort,
  isBeingMade,
  launchService,
  overdueTask,
  type Service,
  type ServiceOptions,
  startService,
} from '../support/service.ts'

afterEach(endPrograms)
afterAll(endEverything)

/** One database for all: to make one takes longer than a start. */
let dataDir: string

/** A target that holds its answer to the newest task back until the test says so. */
let target: Bun.Server<undefined>
let tasks = 0
let call: PromiseWithResolvers<void> | undefined
beforeAll(() => {
  dataDir = folderWithDatabase()
  target = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    fetch: async (request) => {
      // An earlier test's task may be sent again meanwhile.
      if (new URL(request.url).pathname !== `/${tasks}`) return new Response('at once')
      call = Promise.withResolvers<void>()
      await call.promise
      return new Response('late, but here')
    },
  })
})
afterAll(() => target.stop(true))

/** A service with one call in flight, whose target holds its answer back. */
async function serviceDuringCall(
  options: Pick<ServiceOptions, 'env' | 'command'> = {},
): Promise<{ service: Service; taskId: string }> {
  tasks++
  call = undefined
  const service = await startService({ dataDir, ...options })
  const { body: task } = await ask(service, 'POST', '/tasks', overdueTask(`${target.url}${tasks}`))
  await eventually(() => call, 'the target was not called')
  return { service, taskId: task.id }
}

/** The executions of a task, as the next start finds them. */
async function executionsAfter(service: Service, taskId: string) {
  const next = await startService({ dataDir: service.dataDir, env: { SCHEDULER_ENABLED: 'false' } })
  return (await ask(next, 'GET', `/tasks/${taskId}/executions`)).body.records
}

async function expectCleanEnd(service: Service, withinMs: number): Promise<void> {
  const asked = performance.now()
  expect(await service.exited).toBe(0)
  expectWithin(withinMs, asked)
  expect(serverOf(service.dataDir)).toBeUndefined()
  expect(service.out + service.err).not.toMatch(/^\s+at /m)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} ends an idle service at once, with exit 0 and no server left`, async () => {
    const service = await startService({ dataDir })
    // A browser keeps its connection open: nobody waits for that.
    await fetch(`${service.base}/health/live`)
    service.kill(signal)
    await expectCleanEnd(service, 2_000)
  })

test('Ctrl-C in a terminal ends `bun start` as cleanly', async () => {
  const service = await startService({ dataDir, command: ['bun', 'start'] })
  service.killGroup('SIGINT')
  await expectCleanEnd(service, 2_000)
})

test('SIGTERM to `bun start` reaches the service', async () => {
  const service = await startService({ dataDir, command: ['bun', 'start'] })
  service.kill('SIGTERM')
  await expectCleanEnd(service, 2_000)
})

test('the service ends when the `bun start` that started it is killed, and the next start gets its port', async () => {
  const env = { PORT: String(freePort()) }
  const service = await startService({ dataDir, command: ['bun', 'start'], env })
  service.kill('SIGKILL')
  const next = await startService({ dataDir, command: ['bun', 'start'], env })
  await eventually(
    () => service.err.includes('"stopped"'),
    () => service.err,
  )
  expect((await ask(next, 'GET', '/tasks')).status).toBe(200)
  next.kill('SIGTERM')
  await expectCleanEnd(next, 2_000)
})

test('after Ctrl-C while the database is being created nothing is running, and the next start works', async () => {
  const { program, dataDir } = launchService()
  await eventually(
    () => isBeingMade(dataDir),
    () => program.err,
  )
  program.killGroup('SIGINT')
  expect(await program.exited).toBe(0)
  expect(program.out + program.err).not.toMatch(/did not start|could not|^\s+at /m)
  expect(serverOf(dataDir)).toBeUndefined()
  const service = await startService({ dataDir })
  expect((await ask(service, 'GET', '/tasks')).status).toBe(200)
})

test('after SIGTERM a call in flight ends and is recorded', async () => {
  const { service, taskId } = await serviceDuringCall()
  service.kill('SIGTERM')
  await eventually(
    () => service.err.includes('"stopping"'),
    () => service.err,
  )
  await Bun.sleep(500)
  expect(service.running).toBe(true)
  call?.resolve()
  await expectCleanEnd(service, 2_000)
  expect(await executionsAfter(service, taskId)).toMatchObject([{ status: 'success', response: 'late, but here' }])
})

test('after Ctrl-C through `bun run`, which signals twice, a call in flight ends and is recorded', async () => {
  const { service, taskId } = await serviceDuringCall({ command: ['bun', 'start'] })
  service.killGroup('SIGINT')
  await Bun.sleep(700)
  expect(service.running).toBe(true)
  call?.resolve()
  await expectCleanEnd(service, 2_000)
  expect(await executionsAfter(service, taskId)).toMatchObject([{ status: 'success' }])
})

test('a second SIGTERM interrupts the call, which is recorded as such and due again', async () => {
  const { service, taskId } = await serviceDuringCall()
  service.kill('SIGTERM')
  await Bun.sleep(400)
  service.kill('SIGTERM')
  await expectCleanEnd(service, 3_000)
  const records = await executionsAfter(service, taskId)
  expect(records.map((one: { status: string; error: string | null }) => [one.status, one.error])).toEqual([
    ['queued', null],
    ['failed', 'interrupted'],
  ])
})

test('a call that goes on after SHUTDOWN_GRACE_SECONDS is interrupted', async () => {
  const { service, taskId } = await serviceDuringCall({ env: { SHUTDOWN_GRACE_SECONDS: '1' } })
  service.kill('SIGTERM')
  await expectCleanEnd(service, 4_000)
  const records = await executionsAfter(service, taskId)
  expect(records.at(-1)).toMatchObject({ status: 'failed', error: 'interrupted' })
})
