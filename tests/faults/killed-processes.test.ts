import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { chmodSync, cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { endEverything, endPrograms, isPostgres, serverOf, temporaryFolder } from '../support/process.ts'
import { expectWithin } from '../support/promised.ts'
import { ask, isBeingMade, launchService, overdueTask, type Service, startService } from '../support/service.ts'

afterEach(endPrograms)
afterAll(endEverything)

/** One database for all: to make one takes longer than a start. */
let dataDir: string
beforeAll(() => {
  dataDir = temporaryFolder()
})

const lockFile = () => join(dataDir, 'postgres/postmaster.pid')
const portOf = (file: string) => Number(file.split('\n')[3])

/** A service with a task of its own, and the server under it. */
async function running(): Promise<{ service: Service; taskId: string; server: number }> {
  const service = await startService({ dataDir })
  const { body } = await ask(service, 'POST', '/tasks', {
    ...overdueTask(`${service.base}/health/live`),
    status: 'paused',
  })
  return { service, taskId: body.id, server: serverOf(dataDir) ?? 0 }
}

async function killHard(service: Service, server?: number): Promise<void> {
  service.kill('SIGKILL')
  if (server) process.kill(server, 'SIGKILL')
  await service.exited
}

/** Starts again and finds the task; at once, and with nothing that would frighten a person. */
async function expectSameData(taskId: string): Promise<Service> {
  const began = performance.now()
  const service = await startService({ dataDir })
  expectWithin(5_000, began)
  expect((await ask(service, 'GET', `/tasks/${taskId}`)).status).toBe(200)
  expect(service.out + service.err).not.toMatch(/^\s+at |FATAL|did not start/m)
  return service
}

/** Ends the service: the server must go with it, whoever started it. */
async function expectCleanEnd(service: Service): Promise<void> {
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
  expect(serverOf(dataDir)).toBeUndefined()
}

test('after kill -9 of the service the next start adopts its server, with the same data', async () => {
  const { service, taskId, server } = await running()
  await killHard(service)
  expect(isPostgres(server)).toBe(true)
  const next = await expectSameData(taskId)
  expect(serverOf(dataDir)).toBe(server)
  await expectCleanEnd(next)
})

test('after kill -9 of service and server the next start has the same data', async () => {
  const { service, taskId, server } = await running()
  await killHard(service, server)
  await expectCleanEnd(await expectSameData(taskId))
})

test('after kill -9 of the server alone the service goes on with a new one', async () => {
  const { service, taskId, server } = await running()
  process.kill(server, 'SIGKILL')
  const away = await ask(service, 'GET', `/tasks/${taskId}`)
  expect([200, 503]).toContain(away.status)
  await eventually(
    async () => serverOf(dataDir) !== server && (await ask(service, 'GET', `/tasks/${taskId}`)).status === 200,
    () => service.err,
  )
  // It is told a moment after the server takes connections, and the API may be the first to notice.
  await eventually(
    () => service.out.includes('has been started again'),
    () => service.out,
  )
  expect(service.running).toBe(true)
  await expectCleanEnd(service)
})

test('a lock file with the pid of another program does not prevent the start', async () => {
  const { service, taskId, server } = await running()
  const file = readFileSync(lockFile(), 'utf8')
  await killHard(service, server)
  writeFileSync(lockFile(), file.replace(/^\d+/, String(process.pid)))
  await expectCleanEnd(await expectSameData(taskId))
})

test('nor does one with the pid of another PostgreSQL, which goes on running', async () => {
  const { service, taskId, server } = await running()
  const file = readFileSync(lockFile(), 'utf8')
  await killHard(service, server)
  const other = serverOf((await startService()).dataDir) ?? 0
  expect(isPostgres(other)).toBe(true)
  writeFileSync(lockFile(), file.replace(/^\d+/, String(other)))
  await expectCleanEnd(await expectSameData(taskId))
  expect(isPostgres(other)).toBe(true)
})

for (const [kind, content] of [
  ['garbage', 'no number\n\0\n'],
  ['nothing', ''],
] as const)
  test(`nor does one that contains ${kind}`, async () => {
    const { service, taskId, server } = await running()
    await killHard(service, server)
    writeFileSync(lockFile(), content)
    await expectCleanEnd(await expectSameData(taskId))
  })

test('after kill -9 while the database is being created, the next start works and nothing remains', async () => {
  const { program, dataDir } = launchService()
  await eventually(
    () => isBeingMade(dataDir),
    () => program.err,
  )
  program.kill('SIGKILL')
  const service = await startService({ dataDir })
  expect((await ask(service, 'GET', '/tasks')).body).toEqual([])
  service.kill('SIGKILL')
  await service.exited
  await startService({ dataDir })
  expect(readdirSync(dataDir).sort()).toEqual([
    'credentials.json',
    'postgres',
    'postgres.turn',
    'postgres.users',
    'secret-keys.json',
    'service.lock',
    // SQLite's, which takes the lock.
    'service.lock-journal',
  ])
})

test('data restored from a backup with open permissions is used', async () => {
  const { service, taskId } = await running()
  await expectCleanEnd(service)
  const copy = `${dataDir}.copy`
  // Without -a: as root the copy is root's, which PostgreSQL refuses, and so is a folder that others may enter.
  cpSync(join(dataDir, 'postgres'), copy, { recursive: true })
  rmSync(join(dataDir, 'postgres'), { recursive: true })
  renameSync(copy, join(dataDir, 'postgres'))
  chmodSync(join(dataDir, 'postgres'), 0o755)
  await expectCleanEnd(await expectSameData(taskId))
})

test("data that PostgreSQL cannot read is reported at once, in PostgreSQL's words", async () => {
  const { service } = await running()
  await expectCleanEnd(service)
  const version = join(dataDir, 'postgres/PG_VERSION')
  const right = readFileSync(version)
  writeFileSync(version, '17\n')
  const { program } = launchService({ dataDir })
  const began = performance.now()
  expect(await program.exited).toBe(1)
  expectWithin(3_000, began)
  expect(program.err).toMatch(
    /^duly: The embedded PostgreSQL in .* did not start\. It said:\n.*incompatible with server/,
  )
  expect(program.err).not.toMatch(/^\s+at /m)
  writeFileSync(version, right)
})

test("another free port is used when another process took the database's port", async () => {
  const { service, taskId, server } = await running()
  const port = portOf(readFileSync(lockFile(), 'utf8'))
  await killHard(service, server)
  const squatter = createServer()
  await eventually(
    () =>
      new Promise<boolean>((resolve) => {
        squatter.once('error', () => resolve(false))
        squatter.listen(port, '127.0.0.1', () => resolve(true))
      }),
    () => `port ${port} stays taken`,
  )
  const next = await expectSameData(taskId)
  expect(portOf(readFileSync(lockFile(), 'utf8'))).not.toBe(port)
  await expectCleanEnd(next)
  squatter.close()
})
