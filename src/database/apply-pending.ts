import { connect } from './connect.ts'
import { DbmateError, dbmate, dbmateName } from './dbmate.ts'
import { MigrationError } from './migration-error.ts'
import { findActiveSession, findBlocker, findLockHolder, underMigrationLock } from './migration-lock.ts'
import { readMigrationState } from './migrations.ts'
import type { Sql } from './sql.ts'

/** How to follow and to end a migration. */
export interface ApplyOptions {
  /** Aborting it stops dbmate; the migration in progress is rolled back. */
  readonly ending?: AbortSignal | undefined
  /** Called with one line when there is something to wait for, when that changes, and every 30 s while it lasts. */
  readonly report?: ((line: string) => void) | undefined
}

/**
 * The lock_timeout of migrations, in ms. While a migration waits for a lock, the claims and requests of running replicas
 * queue behind it.
 */
const lockTimeoutMs = 500
/** The pause before a migration that timed out on a lock is tried again, in ms. Meanwhile others can proceed. */
const retryMs = 2_000
const pollEveryMs = 100
const turnEveryMs = 500
const reportAgainMs = 30_000
/** After more than this many kills of dbmate, or collisions with another one, the migration fails. */
const failuresAtMost = 3

/**
 * Applies pending migrations, in turn with other processes, until none is left.
 * @throws MigrationError; the reason of `ending`; the driver's error
 */
export async function applyPending(url: string, { ending, report = () => {} }: ApplyOptions): Promise<void> {
  const sql = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate', unchecked: true })
  const locking = connect(url, { max: 1, statementTimeoutSeconds: 30, name: 'duly migrate', unchecked: true })
  const reportWait = throttled(report)
  try {
    while ((await readMigrationState(sql)).pending.length > 0) {
      ending?.throwIfAborted()
      await requireWritable(sql)
      const gotLock = await underMigrationLock(locking, (lost) =>
        applyUnderLock(url, sql, reportWait, ending ? AbortSignal.any([ending, lost]) : lost),
      )
      if (gotLock) continue
      const holder = await findLockHolder(sql)
      if (holder) reportWait(`The migrations wait for their lock, which ${holder} holds.`)
      await Bun.sleep(turnEveryMs)
    }
  } finally {
    await Promise.all([sql, locking].map((pool) => pool.end({ timeout: 2 })))
  }
}

/**
 * Throws the error of a read-only server, for which the caller waits as for one that is down: a failover may be in
 * progress.
 */
async function requireWritable(sql: Sql): Promise<void> {
  const [row] = await sql<{ read_only: boolean }[]>`/* duly:read_read_only */
    select current_setting('transaction_read_only') = 'on' as read_only`
  if (row?.read_only)
    throw Object.assign(new Error('The database is read-only, and migrations are pending'), { code: '25006' })
}

/** Returns `report` without repetitions: the same line is reported again after 30 s at the earliest. */
function throttled(report: (line: string) => void): (line: string) => void {
  let last = { line: '', at: 0 }
  return (line) => {
    const now = performance.now()
    if (line === last.line && now - last.at < reportAgainMs) return
    last = { line, at: now }
    report(line)
  }
}

/** Runs dbmate until no migration is pending, for as long as other sessions hold locks that it needs. */
async function applyUnderLock(
  url: string,
  sql: Sql,
  reportWait: (line: string) => void,
  ending: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; ) {
    await waitForOtherDbmate(sql, reportWait, ending)
    const before = (await readMigrationState(sql)).pending.length
    const stopWatching = watchBlocker(sql)
    const problem = await dbmate(url, 'migrate', { lockTimeoutMs, ending }).then(
      () => undefined,
      (error: Error) => error,
    )
    const blocker = await stopWatching()
    if (problem === undefined) return
    ending.throwIfAborted()
    if (!(problem instanceof DbmateError)) throw problem
    // If the database itself has become unavailable, this throws the driver's error.
    const { pending } = await readMigrationState(sql)
    if (pending.length === 0) return
    if (blocker !== undefined || /lock timeout|55P03/.test(problem.message)) {
      reportWait(
        `Migration ${pending[0]} waits for a lock that ${blocker ?? 'another session'} holds; it is tried again every ${retryMs / 1000} s.`,
      )
      await Bun.sleep(retryMs)
    } else if ((problem.signal !== null || isCollision(problem)) && failures < failuresAtMost) failures++
    // If fewer are pending, a dbmate whose parent was killed applied some meanwhile: continue from there.
    else if (pending.length === before) throw new MigrationError(describe(problem))
  }
}

/** Whether two sessions made the same table at once: the dbmate of a killed parent may connect after it was looked for. */
const isCollision = ({ message }: Error) => /"pg_\w+_index" \(23505\)/.test(message)

function describe({ message }: Error): string {
  const hint = /permission denied|must be owner|42501/.test(message)
    ? '\nIts user may not change the tables: set DATABASE_MIGRATION_URL to the URL of a user that may, and run `duly migrate`.'
    : ''
  return `The migrations could not be applied: ${message}${hint}`
}

/** Waits until no dbmate is running whose parent was killed. The parent's lock was released with the parent. */
async function waitForOtherDbmate(sql: Sql, reportWait: (line: string) => void, ending: AbortSignal): Promise<void> {
  for (;;) {
    const other = await findActiveSession(sql, dbmateName)
    if (other === undefined) return
    ending.throwIfAborted()
    reportWait(`The migrations wait for those that ${other} is still applying.`)
    await Bun.sleep(pollEveryMs)
  }
}

/** Watches for a session that blocks dbmate. @returns a function that stops the watch and returns the last one seen */
function watchBlocker(sql: Sql): () => Promise<string | undefined> {
  let blocker: string | undefined
  let ended = false
  const watching = (async () => {
    while (!ended) {
      // Errors are ignored: dbmate reports the lock timeout anyway.
      blocker = (await findBlocker(sql, dbmateName).catch(() => undefined)) ?? blocker
      await Bun.sleep(pollEveryMs)
    }
  })()
  return async () => {
    ended = true
    await watching
    return blocker
  }
}
