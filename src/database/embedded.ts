import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { connect } from './connect.ts'
import { EmbeddedDatabaseError, type Home, locateHome } from './home.ts'

/** A running embedded PostgreSQL. `stop` ends it unless another process of Duly still uses it. */
export interface EmbeddedDatabase {
  readonly url: string
  stop(): Promise<void>
}

const database = 'duly'

/**
 * Starts the PostgreSQL that is kept in `dataDir`, or adopts the one that already runs there: left behind by a killed
 * process, or started by another of Duly's processes.
 * @param say told one line when something a person should know happens
 * @throws EmbeddedDatabaseError
 */
export async function startEmbedded(dataDir: string, say: (line: string) => void): Promise<EmbeddedDatabase> {
  const home = await locateHome(dataDir, say)
  const password = readPassword(home)
  if (!existsSync(join(home.cluster, 'PG_VERSION'))) await initialise(home, password)
  const port = await ensureRunning(home)
  const urlOf = (name: string) => `postgres://duly:${password}@127.0.0.1:${port}/${name}?sslmode=disable`
  await createDatabase(urlOf('postgres'))
  return { url: urlOf(database), stop: () => stopUnlessShared(home, urlOf('postgres')) }
}

function readPassword(home: Home): string {
  const file = join(home.secrets, 'database-password')
  if (!existsSync(file))
    writeFileSync(file, Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex'), { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/** Makes the cluster in a folder beside its place and then moves it there, so that a kill leaves no half-made one. */
async function initialise(home: Home, password: string): Promise<void> {
  const half = `${home.cluster}.new`
  const passwordFile = `${home.cluster}.password`
  rmSync(half, { recursive: true, force: true })
  mkdirSync(dirname(half), { recursive: true, mode: 0o755 })
  mkdirSync(half, { mode: 0o700 })
  if (home.user) chownSync(half, home.user.uid, home.user.gid)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (home.user) chownSync(passwordFile, home.user.uid, home.user.gid)
  try {
    await run(home, 'initdb', [
      '--pgdata',
      half,
      '--username=duly',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ])
    renameSync(half, home.cluster)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

/** The port of the server on this cluster, which is started if none runs. Another starter may win; then its server is taken. */
async function ensureRunning(home: Home): Promise<number> {
  const log = join(home.cluster, 'server.log')
  const deadline = Date.now() + 30_000
  let problem = ''
  while (Date.now() < deadline) {
    const running = runningPort(home)
    if (running !== undefined) return running
    const port = await freePort()
    try {
      await run(home, 'pg_ctl', [
        'start',
        '--wait',
        '--timeout=60',
        '--silent',
        '--pgdata',
        home.cluster,
        '--log',
        log,
        '--options',
        `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=100 -c log_min_messages=warning`,
      ])
      return port
    } catch (error) {
      // A port taken meanwhile, another starter, or a killed server whose last children are still going: look again.
      problem = `${(error as Error).message}\n${lastLines(log)}`
      await Bun.sleep(300)
    }
  }
  throw new EmbeddedDatabaseError(
    `The embedded PostgreSQL in ${home.cluster} did not start. Its last words:\n${problem.trim()}\nMend that, or set DATABASE_URL to a PostgreSQL of your own.`,
  )
}

/**
 * Reads postmaster.pid: line 1 is the process, line 4 the port, line 8 whether it takes connections. A file left by a
 * dead server, whose number another program may have by now, is removed.
 */
function runningPort(home: Home): number | undefined {
  const file = join(home.cluster, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  if (!/^\d+$/.test(lines[0] ?? '')) return undefined
  const program = (() => {
    try {
      return readFileSync(`/proc/${Number(lines[0])}/comm`, 'utf8').trim()
    } catch {
      return undefined
    }
  })()
  if (program !== 'postgres') {
    rmSync(file, { force: true })
    return undefined
  }
  return lines[7]?.trim() === 'ready' ? Number(lines[3]) : undefined
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

/** Ends the server when no other process of Duly is connected: the last one out turns off the light. */
async function stopUnlessShared(home: Home, url: string): Promise<void> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 5, name: 'duly stop' })
  let others = 0
  try {
    const [row] = await sql<{ others: number }[]>`
      select count(*)::int as others
      from pg_stat_activity
      where application_name like 'duly%'
        and pid <> pg_backend_pid()`
    others = row?.others ?? 0
  } catch {
    // Not answering: nothing is gained by leaving it.
  } finally {
    await sql.end({ timeout: 2 })
  }
  if (others > 0) return
  await run(home, 'pg_ctl', ['stop', '--mode=fast', '--wait', '--silent', '--pgdata', home.cluster]).catch(() => {})
}

/** Runs one of PostgreSQL's programs as the user the server belongs to, away from this process's terminal. */
function run(home: Home, program: string, args: string[]): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  execFile(
    join(home.binaries, program),
    args,
    { ...home.user, cwd: '/', env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' } },
    (error, out, err) => {
      if (error) reject(new Error(`${err}${out}`.trim() || error.message))
      else resolve()
    },
  )
  return promise
}

function lastLines(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-5).join('\n') : ''
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
