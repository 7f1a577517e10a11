import { afterEach, expect, test } from 'bun:test'
import { chmodSync, mkdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { duly, endEverything, serverOf, temporaryFolder } from '../support/process.ts'
import { ask, overdueTask, startService } from '../support/service.ts'

afterEach(endEverything)

const root = process.getuid?.() === 0

/** A DATA_DIR below a folder that is its owner's alone, as /root is. */
function closedDataDir(): string {
  const closed = join(temporaryFolder(), 'closed')
  mkdirSync(closed, { mode: 0o700 })
  return join(closed, 'data')
}

test(`below a folder that others cannot enter, ${root ? "root's data goes under /var/lib/duly, and one line says so" : "an ordinary user's data stays in DATA_DIR"}`, async () => {
  const dataDir = closedDataDir()
  const first = await startService({ dataDir })
  const place = join(dataDir, 'postgres')
  const notice = first.out.split('\n').filter((line) => line.includes('/var/lib/duly'))
  if (root) {
    const cluster = readlinkSync(place)
    expect(cluster).toMatch(/^\/var\/lib\/duly\/[^/]+\/postgres$/)
    expect(notice).toEqual([expect.stringContaining(`cannot access ${dataDir}`)])
    expect(notice[0]).toContain(cluster)
    expect(statSync(cluster).uid).not.toBe(0)
  } else {
    expect(notice).toEqual([])
    expect(statSync(place).isDirectory()).toBe(true)
  }
  try {
    const { body: task } = await ask(first, 'POST', '/tasks', overdueTask(`${first.base}/health/live`))
    first.kill('SIGKILL')
    await first.exited
    expect(await duly(['service', 'list'], { DATA_DIR: dataDir })).toMatchObject({ code: 0, err: '' })
    const second = await startService({ dataDir })
    expect(second.token).toBe(first.token)
    expect((await ask(second, 'GET', `/tasks/${task.id}`)).status).toBe(200)
    second.kill('SIGTERM')
    expect(await second.exited).toBe(0)
    expect(serverOf(dataDir)).toBeUndefined()
  } finally {
    if (root) rmSync(dirname(readlinkSync(place)), { recursive: true, force: true })
  }
})

test(`a DATA_DIR that ${root ? "the server's user can no longer enter" : 'the user cannot write'} stops the start with one sentence`, async () => {
  const dataDir = temporaryFolder()
  if (root) {
    const first = await duly(['migrate'], { DATA_DIR: dataDir })
    expect(first.code).toBe(0)
    chmodSync(dataDir, 0o700)
  } else chmodSync(dataDir, 0o500)
  const { code, err } = await duly(['migrate'], { DATA_DIR: dataDir })
  expect(code).toBe(1)
  expect(err.trim()).toMatch(root ? /^duly: .* can no longer access .*chmod o\+x/ : /^duly: DATA_DIR is .*EACCES/)
  expect(err.trim().split('\n')).toHaveLength(1)
  chmodSync(dataDir, 0o755)
})
