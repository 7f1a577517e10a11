import { afterEach, expect, test } from 'bun:test'
import { networkInterfaces } from 'node:os'
import { eventually } from '../support/eventually.ts'
import { duly, endEverything, type Program, serverOf, temporaryFolder } from '../support/process.ts'
import { ask, freePort, launchService, overdueTask, type Service, startService, welcomed } from '../support/service.ts'

afterEach(endEverything)

async function end(service: Service): Promise<void> {
  service.kill('SIGTERM')
  expect(await service.exited).toBe(0)
}

/** A start that must fail: one sentence on stderr, exit 1. */
async function expectRefusal(program: Program, sentence: RegExp): Promise<void> {
  expect(await program.exited).toBe(1)
  expect(program.err.trim()).toMatch(sentence)
  expect(program.err.trim().split('\n')).toHaveLength(1)
  expect(program.out).toBe('')
}

const loopback = (networkInterfaces().lo ?? []).map(({ address }) => address)
/** Pairs of HOST of which the second asks for an address that the first listens on. */
const overlapping = [
  ['localhost', 'localhost'],
  ['localhost', '0.0.0.0'],
  ['0.0.0.0', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['::', 'localhost'],
  ['::1', 'localhost'],
  ['127.0.0.1', '::'],
  ['0.0.0.0', '::'],
].filter((hosts) => loopback.includes('::1') || !hosts.join().includes(':'))

async function expectTakenPort(first: string, second: string, port: number): Promise<void> {
  // They listen before there is a database, and without one: that is faster here.
  const env = { PORT: String(port), DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none' }
  const running = launchService({ env: { ...env, HOST: first } }).program
  const live = `http://${first === '::1' ? '[::1]' : '127.0.0.1'}:${port}/health/live`
  await eventually(
    async () => (await fetch(live).catch(() => undefined))?.ok,
    () => running.err,
  )
  const { program } = launchService({ env: { ...env, HOST: second } })
  await expectRefusal(program, new RegExp(`^duly: Port ${port} on \\S+ is taken: .*set PORT`))
  expect((await fetch(live)).status).toBe(200)
}

test('a second service on a PORT that another listens on does not start, however HOST names the address', () =>
  Promise.all(overlapping.map(([first = '', second = '']) => expectTakenPort(first, second, freePort()))))

test('a second service on the same DATA_DIR does not start, and the first one continues', async () => {
  const first = await startService()
  const server = serverOf(first.dataDir)
  await expectRefusal(
    launchService({ dataDir: first.dataDir }).program,
    /^duly: Another service is running on DATA_DIR \S+, .*set DATA_DIR to another folder/,
  )
  expect(serverOf(first.dataDir)).toBe(server)
  expect((await ask(first, 'POST', '/tasks', overdueTask(`${first.base}/health/live`))).status).toBe(201)
  await end(first)
  expect(serverOf(first.dataDir)).toBeUndefined()
})

test('commands work with and without a running service, and the last one stops the database server', async () => {
  const first = await startService()
  const list = () => duly(['service', 'list', '--json'], { DATA_DIR: first.dataDir })
  const beside = await list()
  expect(beside).toMatchObject({ code: 0, err: '' })
  expect((await ask(first, 'GET', '/tasks')).status).toBe(200)
  await end(first)
  expect(await list()).toEqual(beside)
  expect(serverOf(first.dataDir)).toBeUndefined()
})

test('of three services that start at once on an empty DATA_DIR, one runs and the others do not start', async () => {
  const dataDir = temporaryFolder()
  const launched = [1, 2, 3].map(() => launchService({ dataDir }).program)
  await eventually(
    () => launched.filter(({ running }) => !running).length === 2,
    () => launched.map(({ err }) => err).join(),
  )
  const winner = launched.find(({ running }) => running) as Program
  for (const program of launched.filter((other) => other !== winner))
    await expectRefusal(program, /^duly: Another service is running on DATA_DIR/)
  const service = await welcomed(winner, dataDir)
  expect((await ask(service, 'GET', '/tasks')).body).toEqual([])
})

test('a service starts after the previous one was killed', async () => {
  const first = await startService()
  first.kill('SIGKILL')
  await first.exited
  const next = await startService({ dataDir: first.dataDir })
  expect(next.token).toBe(first.token)
})

test('a service that starts while the previous one stops the database server gets one all the same', async () => {
  const first = await startService()
  for (let round = 0, last = first; round < 3; round++) {
    const { program } = launchService({ dataDir: first.dataDir })
    await Bun.sleep(150 + round * 100)
    await end(last)
    last = await welcomed(program, first.dataDir)
    expect((await ask(last, 'GET', '/tasks')).status).toBe(200)
  }
})
