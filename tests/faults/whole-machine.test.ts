import { afterEach, beforeEach, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { eventually } from '../support/eventually.ts'
import { endEverything, isPostgres, serverOf } from '../support/process.ts'
import { ask, overdueTask, startService } from '../support/service.ts'
import { stopTargets, Target } from '../support/target.ts'

let target: Target
beforeEach(() => {
  target = new Target()
})
afterEach(async () => {
  stopTargets()
  await endEverything()
})

/** The embedded database of a service, by the files it keeps in its own folder. */
function databaseOf(dataDir: string) {
  const password = readFileSync(join(dataDir, 'postgres/duly-password'), 'utf8').trim()
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3]
  const url = `postgres://duly:${password}@127.0.0.1:${port}/duly?sslmode=disable`
  return connect(url, { max: 1, statementTimeoutSeconds: 10, name: 'duly test own' })
}

test('service and database are killed together while calls run: started again, the service sends those calls again', async () => {
  target.hold()
  const service = await startService()
  const { dataDir } = service
  for (let times = 0; times < 3; times++)
    expect((await ask(service, 'POST', '/tasks', overdueTask(target.url()))).status).toBe(201)
  const once = { ...overdueTask(target.url('/once')), frequency: null, unit: null }
  const { body: runsOnce } = await ask(service, 'POST', '/tasks', once)
  await eventually(() => target.sent.length === 4, 'four calls')
  const server = serverOf(dataDir) as number
  service.killGroup('SIGKILL')
  process.kill(server, 'SIGKILL')
  await service.exited
  await eventually(() => !isPostgres(server), 'PostgreSQL is gone')
  target.release()
  const again = await startService({ dataDir })
  const sql = databaseOf(dataDir)
  await sql`update replica set lease_until = now() - interval '1 second'`
  await eventually(
    async () => (await sql`select 1 from execution where status = 'success'`).length === 4,
    'four successes',
    30_000,
  )
  await sql.end({ timeout: 1 })
  expect([...target.bySlot().values()].map((sent) => sent.length)).toEqual([2, 2, 2, 2])
  expect((await ask(again, 'GET', `/tasks/${runsOnce.id}`)).body).toMatchObject({
    status: 'disabled',
    scheduled_at: null,
  })
  again.kill('SIGTERM')
  expect(await again.exited).toBe(0)
})
