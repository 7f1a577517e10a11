import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dependencies } from './package.json'
import { Program } from './process.ts'

/** Another scheduler on PostgreSQL and Bun, as a process of its own. */
export interface Peer {
  readonly title: string
  readonly file: string
  /** How it is run, for the reader of the table. */
  readonly how: string
  /** SQL that counts, as `left`, what it has not completed yet. */
  readonly remaining: string
}

export const peers: readonly Peer[] = [
  {
    title: `graphile-worker ${dependencies['graphile-worker']}`,
    file: 'bench/peers/graphile-worker.ts',
    how: 'concurrentJobs as many as the others’ calls in flight, a localQueue of 10,000, completions batched over 250 ms: the fastest of the settings its documentation offers that was found here. It deletes what is done.',
    remaining: 'select count(*)::int as left from graphile_worker._private_jobs',
  },
  {
    title: `pg-boss ${dependencies['pg-boss']}`,
    file: 'bench/peers/pg-boss.ts',
    how: 'fetch() and complete() in batches of up to 1,000 beside the calls, on a partitioned queue, without its supervision: half as fast again as its work(), which waits for the slowest call of each batch. It marks what is done.',
    remaining: `select count(*)::int as left from pgboss.job where name = 'call' and state <> 'completed'`,
  },
]

/** What a peer's process is told: how many calls of which URL, and how many at once. */
export interface PeerWork {
  readonly calls: number
  readonly url: string
  readonly seats: number
}

/** Starts a peer: `prepare` makes its schema and queues the calls, `run` makes them until it is stopped. */
export function startPeer(peer: Peer, verb: 'prepare' | 'run', databaseUrl: string, work: PeerWork): Program {
  return new Program(peer.file, [verb, JSON.stringify(work)], { DATABASE_URL: databaseUrl })
}

/** Installs the peers' packages in bench/, unless these very versions are there. @throws when they cannot be had */
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
