import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import type { Home } from './home.ts'
import { programOptions } from './program.ts'

/** How long a server may take to start, including recovery after a crash, in ms. */
const startTimeoutMs = 300_000
/** For how long a start that fails is repeated, in ms. */
const retryForMs = 15_000

/** Server settings of PostgreSQL, by name. */
export type Settings = Readonly<Record<string, string | number>>

const defaults: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  // Reading a task's history locks every partition and its indexes; the default suffices for a few such reads at once.
  max_locks_per_transaction: 256,
  log_min_messages: 'warning',
  // The details of an error quote rows, which contain payloads.
  log_error_verbosity: 'terse',
}

type Found = { readonly pid: number; readonly port: number | undefined }

/**
 * Finds the server that runs on a cluster by its postmaster.pid: line 1 is the process, line 4 the port, line 8 the state.
 * @returns its process, and its port once it accepts connections; undefined if no server runs
 * @throws the system's error if a file cannot be read, so that it is unknown
 */
export function findServer(home: Home): Found | undefined {
  const lines = readIfThere(join(home.cluster, 'postmaster.pid')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid < 2 || !servesCluster(pid, home.cluster)) return undefined
  return { pid, port: lines[7]?.trim() === 'ready' ? Number(lines[3]) : undefined }
}

/**
 * Reports whether a process is a postgres whose command line names the cluster. The process id of a dead server may have
 * been reused, even by another PostgreSQL.
 */
function servesCluster(pid: number, cluster: string): boolean {
  const [program = '', ...args] = readIfThere(`/proc/${pid}/cmdline`).split('\0')
  return program.endsWith('postgres') && args.includes(cluster)
}

/**
 * Returns the content of a file, or '' if it does not exist or belongs to another user.
 * @throws any other error, such as too many open files, which must not be mistaken for a server that does not run
 */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as { code?: string }).code ?? '')) return ''
    throw error
  }
}

/**
 * Waits for the server that runs on a cluster, or starts one. The caller must hold `postgres.turn` (see embedded.ts).
 * @param settings for a server that is started
 * @param fixedPort the port of a server that is started; by default a free one
 * @returns the server's port, once it accepts connections
 * @throws EmbeddedDatabaseError with the end of the server's log
 */
export async function ensureRunning(home: Home, settings: Settings, fixedPort?: number): Promise<number> {
  const start = Date.now()
  let launched: Launched | undefined
  for (;;) {
    const server = findServer(home)
    if (server?.port !== undefined) return server.port
    const waitedMs = Date.now() - start
    const running = server !== undefined || (launched !== undefined && isAlive(launched))
    if (waitedMs > startTimeoutMs || (launched && !running && (waitedMs > retryForMs || !isTemporary(launched))))
      throw new EmbeddedDatabaseError(
        `The embedded PostgreSQL in ${home.cluster} did not start. It said:\n${launched ? outputOf(launched) : '(nothing)'}\nFix that, or set DATABASE_URL to another PostgreSQL.`,
      )
    if (!running) {
      if (launched) await Bun.sleep(300)
      deleteStalePid(home)
      launched = await launch(home, { ...settings, port: fixedPort ?? (await freePort()) })
    }
    await Bun.sleep(20)
  }
}

/** A server that this process has started. */
interface Launched {
  readonly process: ChildProcess
  /** The path of its log. */
  readonly log: string
  /** The size of the log before the start, in bytes. */
  readonly from: number
}

const isAlive = ({ process }: Launched) => process.exitCode === null && process.signalCode === null

/**
 * Reports whether a failed start may succeed when repeated: its port was taken, or children of a killed server still run.
 */
function isTemporary(ended: Launched): boolean {
  return ended.process.exitCode === null || /in use|lock file|shared memory/.test(outputOf(ended))
}

/** Returns the last five lines that a server has written to its log. */
function outputOf({ log, from }: Launched): string {
  return existsSync(log) ? readFileSync(log).subarray(from).toString().trim().split('\n').slice(-5).join('\n') : ''
}

/**
 * Deletes the postmaster.pid of a killed server. PostgreSQL would not start if the process id in it is in use again, or if
 * it is not a number.
 */
function deleteStalePid(home: Home): void {
  if (findServer(home) === undefined) rmSync(join(home.cluster, 'postmaster.pid'), { force: true })
}

/**
 * Restores owner and mode of the data folder, which change when it is copied back from a backup. PostgreSQL requires
 * both.
 */
function restorePermissions({ cluster, user }: Home): void {
  const { uid } = statSync(cluster)
  if (user && uid === 0) spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, cluster])
  if (user || uid === process.getuid?.()) chmodSync(cluster, 0o700)
}

/** Starts `postgres`, with its output appended to server.log (truncated above 1 MiB). Does not wait until it is ready. */
async function launch(home: Home, settings: Settings): Promise<Launched> {
  restorePermissions(home)
  const log = join(home.cluster, 'server.log')
  const size = existsSync(log) ? statSync(log).size : 0
  const from = size < 1_048_576 ? size : 0
  const output = openSync(log, from === size ? 'a' : 'w', 0o600)
  const child = spawn(
    join(home.binaries, 'postgres'),
    [
      '-D',
      home.cluster,
      ...Object.entries({ ...defaults, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...programOptions(home), stdio: ['ignore', output, output] },
  )
  closeSync(output)
  // Do not wait for the server when this process exits.
  child.unref()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('spawn', resolve)
  child.once('error', (error) => reject(new EmbeddedDatabaseError(`PostgreSQL cannot be run: ${error.message}`)))
  await promise
  return { process: child, log, from }
}

/**
 * Stops the server on a cluster by a fast shutdown (SIGINT), which disconnects open sessions. Returns when the server has
 * exited, or after 20 s.
 */
export async function stopServer(home: Home): Promise<void> {
  const server = findServer(home)
  if (!server) return
  const start = Date.now()
  process.kill(server.pid, 'SIGINT')
  while (findServer(home)?.pid === server.pid) {
    if (Date.now() - start > 20_000) return
    await Bun.sleep(10)
  }
}

/** Returns a TCP port of 127.0.0.1 that is free at the moment. */
function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const server = createServer()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as { port: number }
    server.close(() => resolve(port))
  })
  return promise
}
