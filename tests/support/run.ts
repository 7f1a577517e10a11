/**
 * `bun run test`: starts an embedded PostgreSQL of its own, makes a fresh database in it, and runs the tests against it.
 * Arguments are test files or parts of their paths; `--faults` runs the long suite in tests/faults instead.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { withTestDatabase } from './test-database.ts'

const root = join(import.meta.dir, '../..')
const faults = process.argv.includes('--faults')
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const files = [...new Bun.Glob('tests/**/*.test.ts').scanSync(root)]
  .filter((file) => file.startsWith('tests/faults/') === faults)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part.replace(/^\.\//, ''))))
  .sort()

const code = await withTestDatabase(async (url) => {
  // Not the synchronous form: it would keep this process from answering signals.
  const child = spawn(
    process.execPath,
    ['test', '--timeout', faults ? '180000' : '30000', ...files.map((file) => `./${file}`)],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TEST_DATABASE_URL: url, BUN_CONFIG_MAX_HTTP_REQUESTS: '2048' },
    },
  )
  const { promise, resolve } = Promise.withResolvers<number>()
  child.on('close', (status) => resolve(status ?? 1))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return promise
})
process.exit(code)
