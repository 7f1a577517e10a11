import { afterEach, expect, test } from 'bun:test'
import { appendFileSync, cpSync, symlinkSync, truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { checkout, endEverything, type Program, serverOf, temporaryFolder } from '../support/process.ts'
import { launchService, starts, welcomed } from '../support/service.ts'

afterEach(endEverything)

/** A copy of what the service is made of, so that files can be changed under it. */
function copyOfCheckout(): string {
  const copy = temporaryFolder()
  for (const part of ['src', 'db', 'public', 'package.json', 'bun.lock', 'bunfig.toml', 'tsconfig.json'])
    cpSync(join(checkout, part), join(copy, part), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

const startedAgain = (program: Program, times: number) =>
  eventually(
    () => starts(program) === times,
    () => `started ${starts(program)} times, expected ${times}: ${program.out}\n${program.err}`,
  )

/** Where the service last said that it listens: PORT is 0, so every start has a port of its own. */
const lastBase = (program: Program) =>
  /Dashboard +(\S+)\//.exec(program.out.slice(program.out.lastIndexOf('Duly is running')))?.[1]

test('starts again when a file is touched, the dashboard and the migrations included', async () => {
  const cwd = copyOfCheckout()
  const { program, dataDir } = launchService({ command: ['bun', 'src/process/dev.ts'], cwd })
  const first = await welcomed(program, dataDir)
  const files = ['src/app.ts', 'src/dashboard/main.tsx', 'db/migrations/20261124000001_service.sql']
  for (const [index, file] of files.entries()) {
    utimesSync(join(cwd, file), new Date(), new Date())
    await startedAgain(program, index + 2)
  }
  const answer = await fetch(`${lastBase(program)}/tasks`, { headers: { service_id: first.id, token: first.token } })
  expect(answer.status).toBe(200)
})

test('waits for a change when the service does not start', async () => {
  const cwd = copyOfCheckout()
  const { program, dataDir } = launchService({ command: ['bun', 'src/process/dev.ts'], cwd })
  await welcomed(program, dataDir)
  const file = join(cwd, 'src/http/health.ts')
  const { size } = Bun.file(file)
  appendFileSync(file, 'const = 3\n')
  await eventually(
    () => program.err.includes('A change of a file starts it again.'),
    () => program.err,
  )
  expect(program.running).toBe(true)
  truncateSync(file, size)
  await startedAgain(program, 2)
})

test('SIGTERM ends the service and its database, also after it was started again', async () => {
  const cwd = copyOfCheckout()
  const { program, dataDir } = launchService({ command: ['bun', 'src/process/dev.ts'], cwd })
  await welcomed(program, dataDir)
  utimesSync(join(cwd, 'src/app.ts'), new Date(), new Date())
  await startedAgain(program, 2)
  const live = `${lastBase(program)}/health/live`
  expect((await fetch(live)).status).toBe(200)
  program.kill('SIGTERM')
  expect(await program.exited).toBe(0)
  expect(serverOf(dataDir)).toBeUndefined()
  await expect(fetch(live)).rejects.toThrow()
})

test('nothing keeps running when the `bun run dev` that started it is killed', async () => {
  const cwd = copyOfCheckout()
  const { program, dataDir } = launchService({ command: ['bun', 'run', 'dev'], cwd })
  await welcomed(program, dataDir)
  const live = `${lastBase(program)}/health/live`
  program.kill('SIGKILL')
  // Its output closes with the last of its children.
  await program.exited
  expect(serverOf(dataDir)).toBeUndefined()
  await expect(fetch(live)).rejects.toThrow()
})
