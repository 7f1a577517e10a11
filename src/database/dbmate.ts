import { spawn } from 'node:child_process'
import { resolveBinary } from 'dbmate'
import { migrationsFolder } from './migrations.ts'

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
  const address = new URL(url)
  const settings = {
    application_name: dbmateName,
    statement_timeout: '0',
    lock_timeout: String(lockTimeoutMs),
    // A dbmate that is frozen, or whose machine is gone, does not keep its locks.
    idle_in_transaction_session_timeout: '60000',
  }
  for (const [name, value] of Object.entries(settings)) address.searchParams.set(name, value)
  // The driver uses no TLS unless told to; dbmate would demand it.
  if (!address.searchParams.has('sslmode')) address.searchParams.set('sslmode', 'disable')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(resolveBinary(), ['--no-dump-schema', '--migrations-dir', migrationsFolder, verb], {
    env: { PATH: '/usr/bin:/bin', DATABASE_URL: address.href },
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
    else
      reject(
        new DbmateError(
          signal ? `dbmate was ended by ${signal}` : said.trim().replaceAll(address.href, 'the database'),
          signal,
        ),
      )
  })
  return promise
}
