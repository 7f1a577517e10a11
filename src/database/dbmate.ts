import { spawn } from 'node:child_process'
import { resolveBinary } from 'dbmate'
import { migrationsFolder } from './migrations.ts'
import { formatAddress } from './parse-address.ts'
import { openRelay, type Relay } from './relay.ts'
import { type Route, routeTo } from './route.ts'
import { startParameters } from './settings.ts'

/** dbmate failed. The message is its output, without credentials. */
export class DbmateError extends Error {
  constructor(
    message: string,
    /** The signal that killed dbmate; null if it exited by itself. */
    readonly signal: NodeJS.Signals | null,
  ) {
    super(message)
  }
}

/** The application_name of dbmate's session, by which a dbmate whose parent was killed is found in pg_stat_activity. */
export const dbmateName = 'duly dbmate'

interface DbmateOptions {
  /** The lock_timeout of the migrations, in ms; 0 is no limit. */
  readonly lockTimeoutMs: number
  /** Aborting it kills dbmate; the migration in progress is rolled back. */
  readonly ending?: AbortSignal | undefined
}

/**
 * Runs dbmate, which applies each migration, and records its version, in one transaction.
 * @throws DbmateError; an AbortError after `ending` was aborted; DialError if the database cannot be reached
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

/** Reports whether dbmate connects through a relay: its driver treats TLS and lists of hosts differently from ours. */
const needsRelay = ({ address: { hosts, tls } }: Route) =>
  hosts.length > 1 || hosts[0].address !== undefined || (tls.mode !== 'disable' && !hosts[0].name.startsWith('/'))

function addressFor({ address, keeps }: Route, relay: Relay | undefined, lockTimeoutMs: number): string {
  const [host] = address.hosts
  const { options, ...parameters } = startParameters(
    {
      statement_timeout: 0,
      lock_timeout: lockTimeoutMs,
      // Releases the locks of a dbmate that hangs or whose machine is gone.
      idle_in_transaction_session_timeout: 60_000,
    },
    address.settings,
  )
  return formatAddress({
    host: relay?.folder ?? host.name,
    port: String(relay ? relayPort : host.port),
    user: address.user,
    password: address.password,
    sslmode: 'disable',
    // For dbmate's driver: it then parses, binds and runs a statement at once, and not in two transactions of a pooler.
    binary_parameters: 'yes',
    ...parameters,
    ...(keeps.options && options !== undefined ? { options } : {}),
    application_name: dbmateName,
  }).replace('postgres://', `postgres:///${encodeURIComponent(address.database)}`)
}

async function run(address: string, password: string, verb: string, ending: AbortSignal | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(resolveBinary(), ['--no-dump-schema', '--migrations-dir', migrationsFolder, verb], {
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: address },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own process group, so that Ctrl-C in a terminal does not reach it; `ending` kills it.
    detached: true,
    ...(ending ? { signal: ending } : {}),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  child.on('error', reject)
  // Success is known by the exit code only: a migration that fails prints "Applied" as well.
  child.on('close', (code, signal) => {
    if (code === 0) resolve()
    else reject(new DbmateError(signal ? `dbmate was ended by ${signal}` : withoutSecrets(output.trim()), signal))
  })
  const secrets = [address, encodeURIComponent(password), password].filter((text) => text !== '')
  const withoutSecrets = (text: string) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '…'), text)
  return promise
}
