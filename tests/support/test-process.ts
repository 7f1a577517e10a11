import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

const checkout = join(import.meta.dir, '../..')
const running = new Set<ChildProcess>()
let isInterrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    isInterrupted = true
    for (const child of running) child.kill(signal)
  })

/** Whether this process was told to end: then nothing more is to be started. */
export const interrupted = (): boolean => isInterrupted

/** What came of one process of `bun test`. */
export interface Ended {
  /** 0 when all of its tests have passed. */
  readonly status: number
  /** What it said; empty when that was shown at once. */
  readonly said: string
}

/**
 * Runs test files in one process, and returns when it has ended.
 * @param files their paths in the checkout
 * @param url the database that is theirs
 * @param timeoutMs how long a test may take that says nothing else
 * @param client a file with the client of the command line
 * @param live whether the terminal shows at once what it says
 * @param sent a folder for the names of the statements that it sends; they are held against tests/distributed/known.json
 */
export async function runTests(
  files: readonly string[],
  options: { url: string; client?: string; timeoutMs: number; live: boolean; sent?: string },
): Promise<Ended> {
  if (isInterrupted) return { status: 1, said: '' }
  const { url, client, timeoutMs, live, sent } = options
  // Not the synchronous form: it would keep this process from answering signals.
  const flags = ['--preload', './tests/support/preload.ts', '--timeout', String(timeoutMs)]
  const child = spawn(process.execPath, ['test', ...flags, ...files.map((file) => `./${file}`)], {
    cwd: checkout,
    stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TEST_DATABASE_URL: url,
      ...(client ? { TEST_CLIENT: client } : {}),
      // Tests start such processes too, and what those send does not count.
      TEST_SENT: sent ?? '',
      // Less than the test's own time, so that a failure says what was awaited.
      TEST_PATIENCE_MS: String(Math.max(20_000, timeoutMs / 3)),
      BUN_CONFIG_MAX_HTTP_REQUESTS: '2048',
    },
  })
  running.add(child)
  const parts: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => parts.push(part))
  const { promise, resolve } = Promise.withResolvers<number>()
  child.on('close', (status) => resolve(status ?? 1))
  const status = await promise
  running.delete(child)
  const said = Buffer.concat(parts).toString()
  if (live || status !== 0 || /^Ran \d+ tests? across/m.test(said)) return { status, said }
  return { status: 1, said: `${said}\n(fail) ${files.join(', ')}: the process ended before its tests had\n` }
}
