import { spawnSync } from 'node:child_process'
import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { ensureCluster } from '../../src/embedded-postgres/cluster.ts'
import { locateHome } from '../../src/embedded-postgres/home.ts'
import { runProgram } from '../../src/embedded-postgres/program.ts'
import { ensureRunning, type Settings, stopServer } from '../../src/embedded-postgres/server.ts'
import type { ServerUser } from '../../src/embedded-postgres/server-user.ts'
import { copyMadeCluster } from './made-cluster.ts'
import { folderInMemory } from './process.ts'

/** A PostgreSQL server of the test's own, which nobody starts again when it dies. */
export interface OwnDatabase {
  readonly url: string
  readonly sql: Sql
  readonly port: number
  /** The folder of its data. */
  readonly cluster: string
  /** As an operator would, by pg_ctl: `immediate` is a crash, `fast` cuts sessions off. Returns when it takes connections. */
  restart(mode: 'immediate' | 'fast'): Promise<void>
  /** Ends it and starts it again as a standby, which takes reads; `promote` makes a primary of it again. */
  demote(): Promise<void>
  promote(): Promise<void>
  stop(): Promise<void>
  /** Makes a standby that has everything up to now and gets nothing more; the server is restarted for it. */
  makeStandby(): Promise<void>
  /** The server crashes, and the standby is promoted in its place. Returns when it takes writes. */
  failOver(): Promise<void>
}

/** @param prepare is given the folder of its data before the start, and the server's user; returns PostgreSQL's settings */
export async function startOwnDatabase(
  prepare: (cluster: string, user: ServerUser | undefined) => Settings = () => ({}),
): Promise<OwnDatabase> {
  const folder = folderInMemory()
  copyMadeCluster(folder)
  const home = await locateHome(folder, console.error)
  const password = await ensureCluster(home)
  const port = await ensureRunning(home, prepare(home.cluster, home.user))
  const url = `postgres://duly:${password}@127.0.0.1:${port}/duly?sslmode=disable`
  const sql = connect(url, { max: 4, statementTimeoutSeconds: 20, name: 'duly test own' })
  const standby = `${home.cluster}-standby`
  const log = join(home.cluster, 'restart.log')
  const restart = (mode: 'immediate' | 'fast') =>
    runProgram(home, 'pg_ctl', [
      'restart',
      '--mode',
      mode,
      '--pgdata',
      home.cluster,
      '--log',
      log,
      '--wait',
      '--silent',
    ])
  return {
    url,
    sql,
    port,
    cluster: home.cluster,
    restart,
    demote: async () => {
      writeFileSync(join(home.cluster, 'standby.signal'), '')
      if (home.user) chownSync(join(home.cluster, 'standby.signal'), home.user.uid, home.user.gid)
      await restart('fast')
    },
    promote: () => runProgram(home, 'pg_ctl', ['promote', '--pgdata', home.cluster, '--wait', '--silent']),
    makeStandby: async () => {
      await runProgram(home, 'pg_ctl', ['stop', '--mode', 'fast', '--pgdata', home.cluster, '--wait', '--silent'])
      spawnSync('cp', ['-a', home.cluster, standby])
      await ensureRunning(home, {}, port)
    },
    failOver: async () => {
      await runProgram(home, 'pg_ctl', ['stop', '--mode', 'immediate', '--pgdata', home.cluster, '--wait', '--silent'])
      rmSync(home.cluster, { recursive: true })
      renameSync(standby, home.cluster)
      writeFileSync(join(home.cluster, 'standby.signal'), '')
      await ensureRunning(home, {}, port)
      await runProgram(home, 'pg_ctl', ['promote', '--pgdata', home.cluster, '--wait', '--silent'])
    },
    stop: async () => {
      await sql.end({ timeout: 1 })
      await stopServer(home)
    },
  }
}
