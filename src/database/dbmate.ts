import { spawn } from 'node:child_process'
import { resolveBinary } from 'dbmate'
import { migrationsFolder } from './migrations.ts'
import { formatAddress } from './parse-address.ts'
import { openRelay, type Relay } from './relay.ts'
import { type Route, routeTo } from './route.ts'
import { startParameters } from './settings.ts'

/** What dbmate said when it failed. */
export class DbmateError extends Error {
  constructor(
    message: string,
    /** The signal that ended it, if one did. */
    readonly signal: NodeJS.Signals | null,
  ) {
    super(message)
  }
}

/** Shown in pg_stat_activity: by it a dbmate whose parent was killed is found. */
export const dbmateName = 'duly dbmate'

export interface DbmateOptions {
  /** How long a statement of a migration waits for somebody else's lock, in ms. */
  readonly lockTimeoutMs: number
  /** Ends it; what it was at is rolled back. */
  readonly ending?: AbortSignal | undefined
}

/**
 * Runs dbmate, which applies each migration together with its note of it in one transaction.
 * @throws DbmateError; an AbortError when it was ended by `ending`
 */
export async function dbmate(
  url: string,
  verb: 'migrate' | 'create',
  { lockTimeoutMs, ending }: DbmateOptions,
): Promise<void> {
  const route = routeTo(url)
  const relay = needsRelay(route) ? await openRelay(route, relayPort) : undefined
  try {
    await run(addressFor(route, relay, lockTimeoutMs), route.address.password, verb, ending)
  } catch (error) {
    throw relay?.problem() ?? error
  } finally {
    relay?.close()
  }
}

const relayPort = 5432

/** Its driver has other ideas of TLS and of several hosts than ours, so it gets neither to see. */
const needsRelay = ({ address: { hosts, tls } }: Route) =>
  hosts.length > 1 || hosts[0].address !== undefined || (tls.mode !== 'disable' && !hosts[0].name.startsWith('/'))

function addressFor({ address }: Route, relay: Relay | undefined, lockTimeoutMs: number): string {
  const [host] = address.hosts
  return formatAddress({
    host: relay?.folder ?? host.name,
    port: String(relay ? relayPort : host.port),
    user: address.user,
    password: address.password,
    sslmode: 'disable',
    ...startParameters(
      {
        statement_timeout: 0,
        lock_timeout: lockTimeoutMs,
        // A dbmate that is frozen, or whose machine is gone, does not keep its locks.
        idle_in_transaction_session_timeout: 60_000,
      },
      address.settings,
    ),
    application_name: dbmateName,
  }).replace('postgres://', `postgres:///${encodeURIComponent(address.database)}`)
}

async function run(address: string, password: string, verb: string, ending: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(resolveBinary(), ['--no-dump-schema', '--migrations-dir', migrationsFolder, verb], {
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: address },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Out of reach of a Ctrl-C in the terminal: it is ended by `ending`.
    detached: true,
    ...(ending ? { signal: ending } : {}),
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  child.on('error', reject)
  // Only the exit code tells: a failing migration prints "Applied" as well.
  child.on('close', (code, signal) => {
    if (code === 0) resolve()
    else reject(new DbmateError(signal ? `dbmate was ended by ${signal}` : withoutSecret(said.trim()), signal))
  })
  const secrets = [address, encodeURIComponent(password), password].filter((text) => text !== '')
  const withoutSecret = (text: string) => secrets.reduce((left, secret) => left.replaceAll(secret, '…'), text)
  return promise
}
