import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import type { Home } from './home.ts'
import { programOptions } from './program.ts'

/** How long a server may recover after a crash, and how long a start that fails is tried again, in ms. */
const recoverWithin = 300_000
const retryWithin = 15_000

/** PostgreSQL's own settings, by name. */
export type Settings = Readonly<Record<string, string | number>>

const always: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 100,
  // A read of a task's history locks each partition and its indexes; the default has room for a few such reads at once.
  max_locks_per_transaction: 256,
  log_min_messages: 'warning',
  // Without the details, which quote whole rows: payloads among them.
  log_error_verbosity: 'terse',
}

type Found = { readonly pid: number; readonly port: number | undefined }

/**
 * The server that runs on this cluster, or undefined; its port is known once it takes connections. What it goes by is
 * postmaster.pid: line 1 is the process, line 4 the port, line 8 whether it is ready.
 * @throws when this cannot be told
 */
export function findServer(home: Home): Found | undefined {
  const lines = readIfThere(join(home.cluster, 'postmaster.pid')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid < 2 || !servesCluster(pid, home.cluster)) return undefined
  return { pid, port: lines[7]?.trim() === 'ready' ? Number(lines[3]) : undefined }
}

/** A number can have been given to another program since, even to another PostgreSQL, so its command line must name the cluster. */
function servesCluster(pid: number, cluster: string): boolean {
  const [program = '', ...args] = readIfThere(`/proc/${pid}/cmdline`).split('\0')
  return program.endsWith('postgres') && args.includes(cluster)
}

/**
 * What a file holds, or nothing when it is gone or another user's.
 * @throws for any other reason, such as too many open files: that must not look like a server that is gone
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
 * Adopts the server that runs on this cluster, or starts one. Call it in turn (see embedded.ts).
 * @param settings of PostgreSQL, for a server that is started
 * @param fixed the port it must have, when it is started again; else a free one
 * @returns its port, once it takes connections
 * @throws EmbeddedDatabaseError with the server's own last words
 */
export async function ensureRunning(home: Home, settings: Settings, fixed?: number): Promise<number> {
  const started = Date.now()
  let launched: Launched | undefined
  for (;;) {
    const server = findServer(home)
    if (server?.port !== undefined) return server.port
    const waited = Date.now() - started
    const running = server !== undefined || (launched !== undefined && runs(launched))
    if (waited > recoverWithin || (launched && !running && (waited > retryWithin || !mayPass(launched))))
      throw new EmbeddedDatabaseError(
        `The embedded PostgreSQL in ${home.cluster} did not start. It said:\n${launched ? wordsOf(launched) : '(nothing)'}\nMend that, or set DATABASE_URL to a PostgreSQL of your own.`,
      )
    if (!running) {
      if (launched) await Bun.sleep(300)
      removeStaleLock(home)
      launched = await launch(home, { ...settings, port: fixed ?? (await freePort()) })
    }
    await Bun.sleep(20)
  }
}

/** A server this process started, and from where on its words stand in the log. */
interface Launched {
  readonly process: ChildProcess
  readonly log: string
  readonly from: number
}

const runs = ({ process }: Launched) => process.exitCode === null && process.signalCode === null

/** Another try helps when the port was taken meanwhile, or the children of a killed server are still going. */
function mayPass(ended: Launched): boolean {
  return ended.process.exitCode === null || /in use|lock file|shared memory/.test(wordsOf(ended))
}

function wordsOf({ log, from }: Launched): string {
  return existsSync(log) ? readFileSync(log).subarray(from).toString().trim().split('\n').slice(-5).join('\n') : ''
}

/** A server that was killed leaves its lock file; the next one would refuse it if its number is in use again, or not a number. */
function removeStaleLock(home: Home): void {
  if (findServer(home) === undefined) rmSync(join(home.cluster, 'postmaster.pid'), { force: true })
}

/** Undoes what copying the data back from a backup does: PostgreSQL insists on its own user, and on no other. */
function takeBack({ cluster, user }: Home): void {
  const { uid } = statSync(cluster)
  if (user && uid === 0) spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, cluster])
  if (user || uid === process.getuid?.()) chmodSync(cluster, 0o700)
}

async function launch(home: Home, settings: Settings): Promise<Launched> {
  takeBack(home)
  const log = join(home.cluster, 'server.log')
  const size = existsSync(log) ? statSync(log).size : 0
  const from = size < 1_048_576 ? size : 0
  const output = openSync(log, from === size ? 'a' : 'w', 0o600)
  const child = spawn(
    join(home.binaries, 'postgres'),
    [
      '-D',
      home.cluster,
      ...Object.entries({ ...always, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { ...programOptions(home), stdio: ['ignore', output, output] },
  )
  closeSync(output)
  // The server may outlive this process.
  child.unref()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('spawn', resolve)
  child.once('error', (error) => reject(new EmbeddedDatabaseError(`PostgreSQL cannot be run: ${error.message}`)))
  await promise
  return { process: child, log, from }
}

/** Ends the server on this cluster: open sessions are cut off, nothing committed is lost. Returns when it is gone. */
export async function stopServer(home: Home): Promise<void> {
  const server = findServer(home)
  if (!server) return
  const asked = Date.now()
  process.kill(server.pid, 'SIGINT')
  while (findServer(home)?.pid === server.pid) {
    if (Date.now() - asked > 20_000) return
    await Bun.sleep(10)
  }
}

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
