import { afterEach, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import type { Sql } from '../../src/database/sql.ts'
import { emptyScratch, type Scratch } from '../database/scratch.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything } from '../support/process.ts'
import { ask, launchService, welcomed } from '../support/service.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await endEverything()
  for (const end of ends.splice(0).reverse()) await end()
})

async function scratch(): Promise<Scratch> {
  const made = await emptyScratch()
  ends.push(() => made.drop())
  return made
}

function session({ url }: Scratch): Sql {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 0, name: 'duly left over' })
  ends.push(() => sql.end({ timeout: 0 }))
  return sql
}

const owner = { id: Bun.randomUUIDv7(), token: 'a token of a test' }

/** A service on a fixed port, which listens before it is ready. */
function launch(database: Scratch, port: number, env: Record<string, string> = {}) {
  const { program, dataDir } = launchService({
    env: {
      PORT: String(port),
      DATABASE_URL: database.url,
      SERVICE_ID: owner.id,
      SERVICE_TOKEN: owner.token,
      ...env,
    },
  })
  const base = `http://127.0.0.1:${port}`
  return {
    program,
    dataDir,
    base,
    health: (which: string) => ask({ base, id: '', token: '' }, 'GET', `/health/${which}`),
  }
}

const listens = ({ base, program }: { base: string; program: { err: string } }) =>
  eventually(
    async () => (await fetch(`${base}/health/live`).catch(() => undefined))?.ok,
    () => program.err,
  )

test('a service that waits for the migrations is live and not ready, and the API is 503 and not 401', async () => {
  const database = await scratch()
  const other = session(database)
  await other`select pg_advisory_lock(4711001)`
  const service = launch(database, 18_281)
  await listens(service)
  await eventually(
    () => service.program.err.includes('duly left over'),
    () => service.program.err,
  )
  const { status, body } = await service.health('ready')
  expect([status, body.message]).toEqual([
    503,
    'The migrations wait for another session of the database, which the log names.',
  ])
  expect((await service.health('live')).status).toBe(200)
  expect((await ask({ ...service, ...owner }, 'GET', '/tasks')).status).toBe(503)
  await other`select pg_advisory_unlock(4711001)`
  await welcomed(service.program, service.dataDir)
  expect((await service.health('ready')).status).toBe(200)
  expect((await ask({ ...service, ...owner }, 'GET', '/tasks')).status).toBe(200)
})

test('a service is not ready before its first pass has ended; one without a scheduler, or with passes on a pattern, awaits none', async () => {
  const database = await scratch()
  await migrate(database.url)
  const other = session(database)
  await other`begin`
  await other`lock table task in access exclusive mode`
  const service = launch(database, 18_282)
  const without = launch(database, 18_283, { SCHEDULER_ENABLED: 'false' })
  const onPattern = launch(database, 18_284, { SCHEDULER_ON_TIME: 'false' })
  for (const { program, dataDir, health } of [without, onPattern]) {
    await welcomed(program, dataDir)
    expect((await health('ready')).status).toBe(200)
  }
  await eventually(
    () => service.program.out.includes('Duly is running'),
    () => service.program.err,
  )
  const { status, body } = await service.health('ready')
  expect([status, body.message]).toEqual([503, 'The first pass over due tasks has not ended yet.'])
  await other`commit`
  await welcomed(service.program, service.dataDir)
  expect((await service.health('ready')).status).toBe(200)
})

test('/health/ready is never 200 before valid credentials are accepted, however often it is polled', async () => {
  const service = launch(await scratch(), 18_285)
  const first = await eventually(
    async () => (await service.health('ready').catch(() => undefined))?.status === 200,
    () => service.program.err,
  )
  expect(first).toBe(true)
  expect((await ask({ ...service, ...owner }, 'GET', '/tasks')).status).toBe(200)
})
