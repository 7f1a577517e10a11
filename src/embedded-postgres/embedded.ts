import { join } from 'node:path'
import { connect } from '../database/connect.ts'
import { ensureCluster } from './cluster.ts'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import { FileLock } from './file-lock.ts'
import { type Home, locateHome } from './home.ts'
import { ensureRunning, findServer, type Settings, stopServer } from './server.ts'

/** A running embedded PostgreSQL. */
interface EmbeddedDatabase {
  readonly url: string
  /** Stops the server, unless another process of Duly is still using it. */
  stop(): Promise<void>
}

const database = 'duly'
const checkEveryMs = 500
const turnTimeoutMs = 330_000
/** How long a service waits for another one on the same DATA_DIR, which may be shutting down. */
const serviceTimeoutMs = 3_000

/** Options of the embedded PostgreSQL. */
export interface EmbeddedOptions {
  /** Server settings. They apply only if the server is started, and not if a running one is used. */
  readonly settings?: Settings
  /** True for a service. A DATA_DIR has at most one; commands can use it at the same time. */
  readonly service?: boolean
}

/**
 * Starts the PostgreSQL in `dataDir`, or uses the server that already runs there, started by another process of Duly or
 * left behind by a killed one. If the server dies while it is in use, it is started again.
 *
 * Three lock files in `dataDir` coordinate processes:
 * - `service.lock` is held exclusively by the service, so that there is only one.
 * - `postgres.turn` is held exclusively while a process starts or stops the server.
 * - `postgres.users` is shared by all processes that use the server. The last one to release it stops the server.
 * @param report called with one line when something happens that a user should know
 * @throws EmbeddedDatabaseError, also if another service is running on `dataDir`
 */
export async function startEmbedded(
  dataDir: string,
  report: (line: string) => void,
  { settings = {}, service = false }: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  const home = await locateHome(dataDir, report)
  const serviceLock = service ? await lockService(home.dataDir) : undefined
  try {
    return await startIn(home, report, settings, () => serviceLock?.close())
  } catch (error) {
    serviceLock?.close()
    throw error
  }
}

/** Takes `service.lock`. @throws EmbeddedDatabaseError if another service still holds it after 3 s */
async function lockService(folder: string): Promise<FileLock> {
  const lock = new FileLock(join(folder, 'service.lock'))
  for (const start = performance.now(); !lock.tryExclusive(); await Bun.sleep(50)) {
    if (performance.now() - start < serviceTimeoutMs) continue
    lock.close()
    throw new EmbeddedDatabaseError(
      `Another service is running on DATA_DIR ${folder}, which holds the database of one: stop that service or set DATA_DIR to another folder. Replicas share a database that DATABASE_URL names.`,
    )
  }
  return lock
}

/** @param stopped called at the end of `stop` */
async function startIn(
  home: Home,
  report: (line: string) => void,
  settings: Settings,
  stopped: () => void,
): Promise<EmbeddedDatabase> {
  const turn = new FileLock(join(home.dataDir, 'postgres.turn'))
  const users = new FileLock(join(home.dataDir, 'postgres.users'))
  const { password, port } = await inTurn(turn, async () => {
    const password = await ensureCluster(home)
    const port = await ensureRunning(home, settings)
    users.tryShared()
    return { password, port }
  })
  const urlOf = (name: string) => `postgres://duly:${password}@127.0.0.1:${port}/${name}?sslmode=disable`
  const stopWatching = restartWhenDead(
    () => inTurn(turn, () => ensureRunning(home, settings, port)),
    () => findServer(home) !== undefined,
    report,
  )
  const stop = async () => {
    await stopWatching()
    await inTurn(turn, async () => {
      users.release()
      if (users.tryExclusive()) await stopServer(home)
    })
    users.close()
    turn.close()
    stopped()
  }
  try {
    await createDatabase(urlOf('postgres'))
  } catch (error) {
    await stop()
    throw error
  }
  return { url: urlOf(database), stop }
}

/** Runs `work` under the lock `turn`. @throws EmbeddedDatabaseError if the lock is not free after 330 s */
async function inTurn<T>(turn: FileLock, work: () => Promise<T>): Promise<T> {
  for (const start = Date.now(); !turn.tryExclusive(); await Bun.sleep(20))
    if (Date.now() - start > turnTimeoutMs)
      throw new EmbeddedDatabaseError(
        'Another process of Duly on this DATA_DIR has been starting for too long: stop it.',
      )
  try {
    return await work()
  } finally {
    turn.release()
  }
}

/**
 * Checks twice a second whether the server runs, and starts it again if it does not. It gets the same port, since existing
 * pools connect to that.
 * @returns a function that ends the checks
 */
function restartWhenDead(
  startAgain: () => Promise<unknown>,
  isRunning: () => boolean,
  report: (line: string) => void,
): () => Promise<void> {
  let restarting: Promise<void> | undefined
  let failed = false
  const restart = async () => {
    try {
      await startAgain()
      report('The embedded PostgreSQL had died and has been started again.')
      failed = false
    } catch (error) {
      if (!failed) report((error as Error).message)
      failed = true
    }
    restarting = undefined
  }
  const timer = setInterval(() => {
    try {
      if (!restarting && !isRunning()) restarting = restart()
    } catch {
      // Unknown at the moment, for instance because no file descriptor is free. The next check decides.
    }
  }, checkEveryMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await restarting
  }
}

/** Creates the database if it does not exist. @param url of the database `postgres` */
async function createDatabase(url: string): Promise<void> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly start' })
  try {
    const [found] = await sql`/* duly:find_database */
      select
      from pg_database
      where datname = ${database}`
    if (!found) await sql.unsafe(`/* duly:create_database */ create database ${database}`)
  } catch (error) {
    // 42P04 and 23505: another process created it at the same moment.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await sql.end({ timeout: 2 })
  }
}
