/**
 * `bun run test`: starts an embedded PostgreSQL of its own, makes fresh databases in it, and runs the tests against them.
 * Arguments are test files or parts of their paths, which run in one process; `--faults` runs the long suite in tests/faults
 * instead. A whole suite runs in two lanes, each with a database of its own: most of the tests wait for processes and for
 * times, and two take little more than half as long. A lane takes one part of the suite after another.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkWholeRun, readSent } from '../distributed/whole-run.ts'
import { writeLedger } from '../distributed/write-ledger.ts'
import { withBundledClient } from './bundled-client.ts'
import { FaultQueue } from './fault-queue.ts'
import { withTestDatabases } from './test-database.ts'
import { type Ended, interrupted, runTests } from './test-process.ts'

const root = join(import.meta.dir, '../..')
const faults = process.argv.includes('--faults')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const files = [...new Bun.Glob('tests/**/*.test.ts').scanSync(root)]
  .filter((file) => file.startsWith('tests/faults/') === faults)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part.replace(/^\.\//, ''))))
  .sort()
const timeoutMs = faults ? 180_000 : 30_000
/** Whether what the tests send is to be written into the ledger, and not compared with it. */
const writes = Bun.env.WRITE_LEDGER === '1'
/** For the names of the statements that the tests send; see tests/distributed. The long suite sends the same ones. */
const sent = faults ? undefined : mkdtempSync(join(tmpdir(), 'duly-sent-'))

const say = (text: string) => new Promise<void>((resolve) => process.stderr.write(text, () => resolve()))

/** Runs the files in one process. */
const runTogether = (client: string) =>
  withTestDatabases(1, (url) => runTests(files, { url, client, timeoutMs, live: true, sent }))

/**
 * The parts of the suite, each of which runs in a process of its own: the longest first, so that both lanes end at about the
 * same time. More and shorter parts would end closer together, and each begins with a second of loading.
 */
const parts = [
  /^tests\/dashboard\//,
  /^tests\/start\//,
  /^tests\/(tasks|transitions|task-sets)\//,
  /^tests\/(cli|publish|clients)\//,
  /^tests\/(api|database|maintenance)\//,
  /^tests\/(scheduler|watch|notifications|alerts|tally)\//,
  /^tests\/(http|executions|signing|services|overview|metrics)\//,
  /^/,
]

/** Runs the parts in two lanes, and shows each when it has ended. */
async function runParts(client: string): Promise<Ended[]> {
  const partOf = (file: string) => parts.findIndex((pattern) => pattern.test(file))
  const waiting = parts
    .map((_, part) => files.filter((file) => partOf(file) === part))
    .filter((some) => some.length > 0)
  const ended: Ended[] = []
  await withTestDatabases(2, async (url) => {
    for (let some = waiting.shift(); some && !interrupted(); some = waiting.shift()) {
      const result = await runTests(some, { url, client, timeoutMs, live: false, sent })
      ended.push(result)
      await say(result.said)
    }
  })
  if (sent && !interrupted() && !writes) ended.push(await sayWholeRun(sent))
  return ended
}

/** Says what only a whole run tells about the statements that the tests have sent; see tests/distributed. */
async function sayWholeRun(folder: string): Promise<Ended> {
  const found = await checkWholeRun(await readSent(folder))
  await say(found.map((each) => `(fail) ${each}\n`).join(''))
  return { status: found.length === 0 ? 0 : 1, said: '' }
}

/** Runs each file in a process of its own, two at a time, and shows it when it has ended. Failures are named again at the end. */
async function runQueue(client: string): Promise<Ended[]> {
  const queue = new FaultQueue(files)
  const ended: Ended[] = []
  const failed: string[] = []
  const began = performance.now()
  await say(`${files.length} files in two lanes; each is shown when it has ended\n`)
  await withTestDatabases(2, (url) =>
    queue.work(async (file) => {
      if (interrupted()) return
      const result = await runTests([file], { url, client, timeoutMs, live: false })
      ended.push(result)
      await say(`${result.said}\n`)
      if (result.status === 0) return
      const tests = result.said.split('\n').filter((line) => line.startsWith('(fail)'))
      failed.push(`${file} ended with ${result.status}`, ...new Set(tests.map((test) => `  ${test}`)))
    }),
  )
  const seconds = Math.round((performance.now() - began) / 1_000)
  await say([`${ended.length} of ${files.length} files have run in ${seconds} s`, ...failed, ''].join('\n'))
  return ended
}

// Without a file, Bun would run all that there are.
if (files.length === 0) {
  const other = faults ? 'outside of tests/faults: bun run test' : 'in tests/faults: bun run test:faults'
  await say(`No test file has ${wanted.join(' or ')} in its path. Files ${other}\n`)
  process.exit(1)
}
const ended = await withBundledClient(wanted.length > 0 ? runTogether : faults ? runQueue : runParts)
if (sent && writes && !interrupted()) await writeLedger(await readSent(sent), wanted.length === 0)
if (sent) rmSync(sent, { recursive: true, force: true })
process.exit(interrupted() ? 1 : (ended.find(({ status }) => status !== 0)?.status ?? 0))
