import { join } from 'node:path'
import { connect } from '../database/connect.ts'
import { ensureCluster } from './cluster.ts'
import { EmbeddedDatabaseError } from './embedded-database-error.ts'
import { FileLock } from './file-lock.ts'
import { type Home, locateHome } from './home.ts'
import { ensureRunning, findServer, type Settings, stopServer } from './server.ts'

/** A running embedded PostgreSQL. `stop` ends it unless another process of Duly still uses it. */
export interface EmbeddedDatabase {
  readonly url: string
  stop(): Promise<void>
}

const database = 'duly'
const watchEveryMs = 500
const turnWithinMs = 330_000
/** How long a service waits for another one on its DATA_DIR, which may be ending just now. */
const serviceWithinMs = 3_000

export interface EmbeddedOptions {
  /** PostgreSQL's settings, for a server that is started here and not adopted. */
  readonly settings?: Settings
  /** Set for a service, of which a DATA_DIR has one; commands work beside it. */
  readonly service?: boolean
}

/**
 * Starts the PostgreSQL that is kept in `dataDir`, or adopts the one that already runs there: left behind by a killed
 * process, or started by another of Duly's processes. While it is in use, one that dies is started again.
 *
 * Three locks in `dataDir` keep processes apart. A service holds `service.lock` alone, so that there is one. Whoever
 * starts or stops the server holds `postgres.turn` alone; whoever uses it shares `postgres.users`: the last one to let go
 * of it stops the server.
 * @param report told one line when something a person should know happens
 * @throws EmbeddedDatabaseError, also when a second service is started on `dataDir`
 */
export async function startEmbedded(
  dataDir: string,
  report: (line: string) => void,
  { settings = {}, service = false }: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  const home = await locateHome(dataDir, report)
  const only = service ? await onlyService(home.secrets) : undefined
  try {
    return await startUnder(home, report, settings, () => only?.close())
  } catch (error) {
    only?.close()
    throw error
  }
}

/** @throws EmbeddedDatabaseError when another service holds the folder, and goes on holding it for 3 s */
async function onlyService(folder: string): Promise<FileLock> {
  const lock = new FileLock(join(folder, 'service.lock'))
  for (const asked = performance.now(); !lock.tryAlone(); await Bun.sleep(50)) {
    if (performance.now() - asked < serviceWithinMs) continue
    lock.close()
    throw new EmbeddedDatabaseError(
      `Another service is running on DATA_DIR ${folder}, which holds the database of one: stop that service or set DATA_DIR to another folder. Replicas share a database that DATABASE_URL names.`,
    )
  }
  return lock
}

async function startUnder(
  home: Home,
  report: (line: string) => void,
  settings: Settings,
  stopped: () => void,
): Promise<EmbeddedDatabase> {
  const turn = new FileLock(join(home.secrets, 'postgres.turn'))
  const users = new FileLock(join(home.secrets, 'postgres.users'))
  const { password, port } = await inTurn(turn, async () => {
    const password = await ensureCluster(home)
    const port = await ensureRunning(home, settings)
    users.tryShared()
    return { password, port }
  })
  const urlOf = (name: string) => `postgres://duly:${password}@127.0.0.1:${port}/${name}?sslmode=disable`
  const stopWatching = watch(
    () => inTurn(turn, () => ensureRunning(home, settings, port)),
    () => findServer(home) !== undefined,
    report,
  )
  const stop = async () => {
    await stopWatching()
    await inTurn(turn, async () => {
      users.release()
      if (users.tryAlone()) await stopServer(home)
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

async function inTurn<T>(turn: FileLock, work: () => Promise<T>): Promise<T> {
  for (const asked = Date.now(); !turn.tryAlone(); await Bun.sleep(20))
    if (Date.now() - asked > turnWithinMs)
      throw new EmbeddedDatabaseError(
        'Another process of Duly on this DATA_DIR has been starting for too long: end it.',
      )
  try {
    return await work()
  } finally {
    turn.release()
  }
}

/**
 * Starts the server again when it dies under us, on its old port, where every pool looks for it.
 * @returns what ends the watch
 */
function watch(
  startAgain: () => Promise<unknown>,
  runs: () => boolean,
  report: (line: string) => void,
): () => Promise<void> {
  let reviving: Promise<void> | undefined
  let failed = false
  const revive = async () => {
    try {
      await startAgain()
      report('The embedded PostgreSQL had died and has been started again.')
      failed = false
    } catch (error) {
      if (!failed) report((error as Error).message)
      failed = true
    }
    reviving = undefined
  }
  const timer = setInterval(() => {
    try {
      if (!reviving && !runs()) reviving = revive()
    } catch {
      // It cannot be told just now, for want of a file handle perhaps; the next look will.
    }
  }, watchEveryMs)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await reviving
  }
}

async function createDatabase(url: string): Promise<void> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly start' })
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${database}`
    if (!found) await sql.unsafe(`create database ${database}`)
  } catch (error) {
    // 42P04 and 23505: another process made it in the same moment.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await sql.end({ timeout: 2 })
  }
}
