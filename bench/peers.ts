import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import type { Scratch } from './database.ts'
import { type Drained, drain } from './drain.ts'
import { dependencies } from './package.json'
import { Program } from './process.ts'
import { type Target, trustTarget } from './target.ts'

const prepareWithinMs = 600_000

/** Another job system on PostgreSQL and Bun, as a separate process. */
export interface Peer {
  readonly title: string
  readonly file: string
  /** Its configuration, for the notes below the table. */
  readonly how: string
  /** SQL that returns the number of jobs that are not completed yet as `left`. */
  readonly remaining: string
}

export const peers: readonly Peer[] = [
  {
    title: `graphile-worker ${dependencies['graphile-worker']}`,
    file: 'bench/peers/graphile-worker.ts',
    how: 'concurrentJobs equal to the calls in flight (with the ledger 1,000, as a job waits until its call is written), a localQueue of 10,000, completions batched over 250 ms: the fastest of its documented settings found here with new connections. It deletes completed jobs.',
    remaining: 'select count(*)::int as left from graphile_worker._private_jobs',
  },
  {
    title: `pg-boss ${dependencies['pg-boss']}`,
    file: 'bench/peers/pg-boss.ts',
    how: 'fetch() and complete() in batches of up to 1,000 while calls continue, on a partitioned queue, without supervision: faster than its work(), which waits for the slowest call of each batch. It marks completed jobs.',
    remaining: `select count(*)::int as left from pgboss.job where name = 'call' and state <> 'completed'`,
  },
]

/** The work of a peer's process. */
export interface PeerWork {
  readonly calls: number
  readonly url: string
  /** The maximum number of calls in flight. */
  readonly concurrency: number
  /** Whether it keeps what Duly keeps: see peers/ledger.ts. */
  readonly withLedger: boolean
}

/**
 * Drains as many calls as the work has: queues them in a database of their own, then measures the peer until all jobs are
 * completed. @throws if a call with a ledger fails
 */
export async function drainPeer({ server }: Bench, target: Target, peer: Peer, work: PeerWork): Promise<Drained> {
  const database = await server.empty()
  const start = (verb: 'prepare' | 'run') =>
    new Program(peer.file, [verb, JSON.stringify(work)], { DATABASE_URL: database.url, ...trustTarget })
  try {
    await start('prepare').output(prepareWithinMs)
    await database.sql`vacuum analyze`
    const drained = await drain({
      server,
      target,
      tasks: work.calls,
      start: () => [start('run')],
      remaining: async () => (await database.sql.unsafe<{ left: number }[]>(peer.remaining))[0]?.left ?? 0,
      stop: (program) => program.stop(),
    })
    if (work.withLedger) await checkLedger(database, work.calls)
    return drained
  } finally {
    await database.drop()
  }
}

/** @throws unless each call has an execution that is a success, and each task its next time */
async function checkLedger({ sql }: Scratch, calls: number): Promise<void> {
  const [row] = await sql<{ successes: number; moved: number; error: string | null }[]>`
    select
      (select count(*)::int from ledger_execution where status = 'success') as successes,
      (select count(*)::int from ledger_task where scheduled_at > now()) as moved,
      (select min(error) from ledger_execution) as error`
  if (row?.successes !== calls || row.moved !== calls)
    throw new Error(
      `Of ${calls} calls with a ledger ${row?.successes} succeeded and ${row?.moved} have a next time: ${row?.error}.`,
    )
}

/** Installs the peers' packages in bench/ unless the right versions are installed. @throws if the installation fails */
export async function installPeers(say: (line: string) => void): Promise<void> {
  if (Object.entries(dependencies).every(([name, version]) => installedVersion(name) === version)) return
  say('Installing the peers’ packages in bench/…')
  const { status } = spawnSync(process.execPath, ['install', '--frozen-lockfile'], {
    cwd: import.meta.dir,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0)
    throw new Error(
      'The peers’ packages could not be installed (see above): check the network or the registry settings.',
    )
}

function installedVersion(name: string): string | undefined {
  const file = join(import.meta.dir, 'node_modules', name, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : undefined
}
