import { DialError } from './dial.ts'
import { isConflict, isLostStatement } from './fault.ts'
import type { PoolLoad, Replacement, Sql } from './sql.ts'
import type { Turns } from './turns.ts'

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

/** What `withWatchdog` goes by, and whom it tells. */
interface Watch {
  /** How long a statement may take, in ms; longer than the server's statement_timeout. */
  readonly limitMs: number
  /** Called with the reason each time after the pool was replaced. */
  readonly replaced: (why: Replacement) => void
  /** Updated as statements start and end. */
  readonly load?: PoolLoad | undefined
  /** Called when a session did not know a prepared statement; from then on none may be prepared. */
  readonly lostStatement?: () => void
  /** How many statements are sent at once. */
  readonly turns: Turns
}

/**
 * Returns a pool that is replaced by a new one when it no longer works:
 * - A statement has no answer within `limitMs`. Without this the driver would wait forever on a dead network link. The
 *   running statements fail with CONNECTION_DESTROYED, and it is not known whether the server has executed them or will.
 * - A statement fails because the server is read-only (25006), such as a former primary. Running statements get two
 *   seconds to end.
 *
 * A statement that fails with a serialization failure or a deadlock (40001, 40P01) was rolled back; it is sent up to four
 * times. For a transaction `inTransaction` does so, also if a pooler has lost its prepared statement; outside transactions the
 * driver prepares such a statement again.
 * @param open opens a pool
 */
export function withWatchdog(open: () => Sql, watch: Watch): Sql {
  const { limitMs, replaced, load, lostStatement = () => {}, turns } = watch
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
      turns.give()
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
      return sendInTurn(build(), build, attempt + 1)
    }) as Promise<T>
  }
  /** Does something when its turn has come. Whoever waits for it counts as under way. */
  const inTurn = <T>(turn: Promise<void>, work: () => Promise<T>): Promise<T> => {
    if (load) load.underWay++
    return turn.then(() => {
      if (load) load.underWay--
      return work()
    })
  }
  /** Sends a statement when its turn has come. It is built anew then, since the pool may have been replaced. */
  const sendInTurn = <T>(query: Promise<T>, build: () => Promise<T>, attempt = 1, then = query.then): Promise<T> => {
    const turn = turns.take()
    if (!turn) return send(query, then, build, attempt)
    return inTurn(turn, () => {
      const current = build()
      return send(current, current.then, build, attempt)
    })
  }
  /** Watches a statement. The driver sends it when it is first awaited, and a fragment never is. */
  const guard = (build: () => unknown) => {
    const query = build()
    if (!(query instanceof Promise)) return query
    const { then } = query
    let answer: Promise<unknown> | undefined
    // biome-ignore lint/suspicious/noThenProperty: a statement of the driver is a promise that sends itself when it is awaited
    query.then = (...handlers: Parameters<typeof then>) => {
      answer ??= sendInTurn(query, build as () => Promise<unknown>, 1, then)
      return answer.then(...handlers) as never
    }
    return query
  }
  return new Proxy(pool, {
    apply: (_, __, args) => guard(() => Reflect.apply(pool as never, undefined, args)),
    get: (_, name) => {
      const value = Reflect.get(pool, name)
      if (name === 'unsafe') return (...args: Parameters<Sql['unsafe']>) => guard(() => pool.unsafe(...args))
      if (name === 'begin')
        return (...args: unknown[]) => {
          const begin = () => {
            const work = Reflect.apply(pool.begin as never, pool, args) as Promise<unknown>
            watchTime(work, work.then)
            return work
          }
          const turn = turns.take()
          return turn ? inTurn(turn, begin) : begin()
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
