import { DialError } from './dial.ts'
import { isConflict, isLostStatement } from './fault.ts'
import type { PoolLoad, Replacement, Sql } from './sql.ts'

/** How often a statement is sent at most if it conflicts with another one. */
export const attemptsAtMost = 4
/** The shortest pause before it is sent again, in ms; the actual pause is up to twice as long. */
export const conflictPauseMs = 20

/** A pool is not replaced for a read-only server more often than once in this time, in ms. */
const readOnlyForMs = 1_000
/** How long the running statements of a replaced pool may take to end if the server is read-only, in seconds. */
const readOnlyEndSeconds = 2

/** Reports whether a statement met a read-only server. A DialError does not count, since no connection was opened then. */
const isReadOnlyServer = (error: unknown) =>
  (error as { code?: string } | null)?.code === '25006' && !(error instanceof DialError)

/**
 * Returns a pool that is replaced by a new one when it no longer works:
 * - A statement has no answer within `limitMs`. Without this the driver would wait forever on a dead network link. The
 *   running statements fail with CONNECTION_DESTROYED, and it is not known whether the server has executed them or will.
 * - A statement fails because the server is read-only (25006), such as a former primary. Running statements get two
 *   seconds to end.
 *
 * A statement that fails with a serialization failure or a deadlock (40001, 40P01) was rolled back; it is sent up to four
 * times. For a transaction `inTransaction` does so, also
 * if a pooler has lost its prepared statement; outside transactions the driver prepares such a statement again.
 * @param open opens a pool
 * @param limitMs longer than the server's statement_timeout
 * @param replaced called with the reason each time after the pool was replaced
 * @param load updated as statements start and end
 * @param lostStatement called when a session did not know a prepared statement; from then on none may be prepared
 */
export function withWatchdog(
  open: () => Sql,
  limitMs: number,
  replaced: (why: Replacement) => void,
  load?: PoolLoad,
  lostStatement: () => void = () => {},
): Sql {
  let pool = open()
  let ended = false
  let openedAt = performance.now()
  const replace = (stuck: Sql, why: Replacement) => {
    if (stuck !== pool || ended) return
    // Otherwise every statement would replace the pool for as long as no server accepts writes.
    if (why === 'read-only' && performance.now() - openedAt < readOnlyForMs) return
    openedAt = performance.now()
    pool = open()
    stuck.end({ timeout: why === 'read-only' ? readOnlyEndSeconds : 0 }).catch(() => {})
    replaced(why)
  }
  /** Starts the timeout of a statement or a transaction. `then` is its own, unwatched one. */
  const watchTime = <T>(work: PromiseLike<T>, then: PromiseLike<T>['then']) => {
    const used = pool
    const timer = setTimeout(() => replace(used, 'silent'), limitMs)
    if (load) load.underWay++
    const stop = () => {
      clearTimeout(timer)
      if (!load) return
      load.underWay--
      load.ended++
    }
    then.call(work, stop, (error) => {
      stop()
      if (isReadOnlyServer(error)) replace(used, 'read-only')
      if (isLostStatement(error)) lostStatement()
    })
  }
  /** Sends a statement. After a conflict it is built and sent again. */
  const send = <T>(query: Promise<T>, then: Promise<T>['then'], build: () => Promise<T>, attempt = 1): Promise<T> => {
    watchTime(query, then)
    return then.call(query, undefined, async (error: unknown) => {
      if (!isConflict(error) || attempt === attemptsAtMost) throw error
      await Bun.sleep(conflictPauseMs * (1 + Math.random()))
      const next = build()
      return send(next, next.then, build, attempt + 1)
    }) as Promise<T>
  }
  /** Watches a statement. The driver sends it when it is first awaited, and a fragment never is. */
  const watch = (build: () => unknown) => {
    const query = build()
    if (!(query instanceof Promise)) return query
    const { then } = query
    let answer: Promise<unknown> | undefined
    // biome-ignore lint/suspicious/noThenProperty: a statement of the driver is a promise that sends itself when it is awaited
    query.then = (...handlers: Parameters<typeof then>) => {
      answer ??= send(query, then, build as () => Promise<unknown>)
      return answer.then(...handlers) as never
    }
    return query
  }
  return new Proxy(pool, {
    apply: (_, __, args) => watch(() => Reflect.apply(pool as never, undefined, args)),
    get: (_, name) => {
      const value = Reflect.get(pool, name)
      if (name === 'unsafe') return (...args: Parameters<Sql['unsafe']>) => watch(() => pool.unsafe(...args))
      if (name === 'begin')
        return (...args: unknown[]) => {
          const work = Reflect.apply(value, pool, args) as Promise<unknown>
          watchTime(work, work.then)
          return work
        }
      if (name === 'end')
        return (options?: { timeout?: number }) => {
          ended = true
          return pool.end(options)
        }
      return value
    },
  })
}
