import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../src/database/connect.ts'
import { migrate } from '../src/database/migrate.ts'
import type { Sql } from '../src/database/sql.ts'
import { startEmbedded } from '../src/embedded-postgres/embedded.ts'
import { FileLock } from '../src/embedded-postgres/file-lock.ts'
import { maintainPartitions } from '../src/maintenance/partitions.ts'
import { familyCpuMs, readStat, root } from './process.ts'

const retentionDays = 30
/** Prefix of every database of the bench, by which those of a killed run are found. */
const prefix = 'bench_'

/** A database for one measurement. */
export interface Scratch {
  readonly name: string
  readonly url: string
  readonly sql: Sql
  /** Closes the bench's own connections: PostgreSQL copies only a database without connections. */
  close(): Promise<void>
  drop(): Promise<void>
}

/** The PostgreSQL of the bench: the embedded one with the settings of `bun start`, in .data/bench. */
export class Server {
  #made = 0

  private constructor(
    readonly version: string,
    readonly pid: number,
    readonly sql: Sql,
    readonly urlOf: (database: string) => string,
    readonly end: () => Promise<void>,
  ) {}

  /**
   * Starts PostgreSQL and creates the migrated database that `fresh` copies.
   * @throws EmbeddedDatabaseError; or an Error if another bench of this checkout is running
   */
  static async start(say: (line: string) => void): Promise<Server> {
    const folder = join(root, '.data/bench')
    mkdirSync(folder, { recursive: true })
    const lock = new FileLock(join(folder, 'bench.lock'))
    if (!lock.tryExclusive())
      throw new Error(
        'Another bench of this checkout is running: wait until it ends, because each would distort the other.',
      )
    const embedded = await startEmbedded(folder, say)
    const urlOf = (database: string) => embedded.url.replace('/duly?', `/${database}?`)
    const sql = open(urlOf('postgres'))
    try {
      const [row] = await sql<{ version: string; pid: number }[]>`
        select current_setting('server_version') as version, pg_backend_pid() as pid`
      const pid = readStat(row?.pid ?? 0)?.parent ?? 0
      const server = new Server(row?.version ?? '', pid, sql, urlOf, async () => {
        await sql.end({ timeout: 2 })
        await embedded.stop()
        lock.close()
      })
      await server.#dropAll()
      await migrate(urlOf(`${prefix}migrated`))
      const migrated = open(urlOf(`${prefix}migrated`))
      await maintainPartitions(migrated, retentionDays)
      await migrated.end({ timeout: 2 })
      return server
    } catch (error) {
      await sql.end({ timeout: 2 })
      await embedded.stop()
      throw error
    }
  }

  /** Creates a migrated database without rows, or a copy of another one that has no connections. */
  async fresh(copied = `${prefix}migrated`): Promise<Scratch> {
    return this.#make(`template ${copied} strategy file_copy`)
  }

  /** Creates an empty database, for a peer. */
  async empty(): Promise<Scratch> {
    return this.#make('')
  }

  /** CPU time used so far by the server with all its backends and background processes, in ms. */
  cpuMs(): number {
    return familyCpuMs(this.pid)
  }

  /** Writes dirty pages of earlier measurements, so that the next one does not pay for them. */
  async checkpoint(): Promise<void> {
    await this.sql`checkpoint`
  }

  async stop(): Promise<void> {
    await this.#dropAll().catch(() => {})
    await this.end()
  }

  async #make(how: string): Promise<Scratch> {
    const name = `${prefix}${process.pid}_${++this.#made}`
    await this.sql.unsafe(`create database ${name} ${how}`)
    const sql = open(this.urlOf(name))
    const close = () => sql.end({ timeout: 2 })
    const drop = async () => {
      await close()
      await this.sql.unsafe(`drop database ${name} with (force)`)
    }
    return { name, url: this.urlOf(name), sql, close, drop }
  }

  async #dropAll(): Promise<void> {
    const left = await this.sql<{ name: string }[]>`
      select datname as name from pg_database where starts_with(datname, ${prefix})`
    for (const { name } of left) await this.sql.unsafe(`drop database if exists ${name} with (force)`)
  }
}

function open(url: string): Sql {
  return connect(url, { max: 2, statementTimeoutSeconds: 0, name: 'duly bench' })
}
