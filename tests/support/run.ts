/**
 * `bun run test`: starts an embedded PostgreSQL of its own, makes fresh databases in it, and runs the tests against them.
 * Arguments are test files or parts of their paths; `--faults` runs the long suite in tests/faults instead.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { withTestDatabases } from './test-database.ts'

const root = join(import.meta.dir, '../..')
const faults = process.argv.includes('--faults')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const files = [...new Bun.Glob('tests/**/*.test.ts').scanSync(root)]
  .filter((file) => file.startsWith('tests/faults/') === faults)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part.replace(/^\.\//, ''))))
  .sort()

// Starts, commands and the browser wait for processes, and everything else works in one: side by side they take little more
// than half.
const waiting = (file: string) => /^tests\/(start|cli|dashboard)\//.test(file)
const isWhole = !faults && wanted.length === 0
const lanes = isWhole ? [files.filter((file) => !waiting(file)), files.filter(waiting)] : [files]

const codes = await withTestDatabases(lanes.length, async (url, lane) => {
  // Not the synchronous form: it would keep this process from answering signals.
  const child = spawn(
    process.execPath,
    ['test', '--timeout', faults ? '180000' : '30000', ...(lanes[lane] as string[]).map((file) => `./${file}`)],
    {
      cwd: root,
      stdio: lane === 0 ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TEST_DATABASE_URL: url, BUN_CONFIG_MAX_HTTP_REQUESTS: '2048' },
    },
  )
  const { promise, resolve } = Promise.withResolvers<number>()
  const said: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => said.push(part))
  child.on('close', (status) => resolve(status ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return { status: await promise, said: Buffer.concat(said) }
})
for (const { said } of codes) process.stderr.write(said)
process.exit(codes.find(({ status }) => status !== 0)?.status ?? 0)
