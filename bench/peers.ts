import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependencies } from './package.json'
import { Program } from './process.ts'

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
    how: 'concurrentJobs equal to the calls in flight of the others, a localQueue of 10,000, completions batched over 250 ms: the fastest of its documented settings found here. It deletes completed jobs.',
    remaining: 'select count(*)::int as left from graphile_worker._private_jobs',
  },
  {
    title: `pg-boss ${dependencies['pg-boss']}`,
    file: 'bench/peers/pg-boss.ts',
    how: 'fetch() and complete() in batches of up to 1,000 while calls continue, on a partitioned queue, without supervision: 1.5 times as fast as its work(), which waits for the slowest call of each batch. It marks completed jobs.',
    remaining: `select count(*)::int as left from pgboss.job where name = 'call' and state <> 'completed'`,
  },
]

/** The work of a peer's process: the number of calls, their URL, and the maximum number in flight. */
export interface PeerWork {
  readonly calls: number
  readonly url: string
  readonly seats: number
}

/** Starts a peer: `prepare` creates its schema and queues the calls, `run` makes them until it is stopped. */
export function startPeer(peer: Peer, verb: 'prepare' | 'run', databaseUrl: string, work: PeerWork): Program {
  return new Program(peer.file, [verb, JSON.stringify(work)], { DATABASE_URL: databaseUrl })
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
