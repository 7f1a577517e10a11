import { DialError } from './dial.ts'
import { isConflict } from './fault.ts'
import type { PoolLoad, Replacement, Sql } from './sql.ts'

/** How often a statement is sent that conflicts with another one, and the pause before the next time, in ms (up to twice that). */
const triesAtMost = 4
const conflictMs = 20

/** How old connections are at least that are replaced for meeting a read-only server, in ms. */
const readOnlyForMs = 1_000
/** What else a pool may end that met a read-only server, in seconds. */
const readOnlyEndSeconds = 2

/** Of a connection that came about: one that is refused for a standby is closed already. */
const meetsStandby = (error: unknown) =>
  (error as { code?: string } | null)?.code === '25006' && !(error instanceof DialError)

/**
 * A pool whose statements are answered in time or whose connections are all replaced. Behind a link that went dead
 * without a word the driver would wait for ever, and so would everybody behind it. The statements on their way fail with
 * CONNECTION_DESTROYED; whether the server has run them, or will run them yet, is not known. A statement that fails with a
 * serialization failure or a deadlock (40001, 40P01) was rolled back, and is sent again a few times.
 * A pool that meets a server that takes no writes (25006: a primary that became a standby) is replaced as well; what it has on
 * its way may end first.
 * @param open opens the pool, and the one after it
 * @param limitMs more than the server itself lets a statement take
 * @param told called each time the pool was replaced, with the reason
 * @param load kept up to date with what is under way
 */
export function watched(open: () => Sql, limitMs: number, told: (why: Replacement) => void, load?: PoolLoad): Sql {
  let pool = open()
  let ended = false
  let openedAt = performance.now()
  const replace = (stuck: Sql, why: Replacement) => {
    if (stuck !== pool || ended) return
    // As long as no server takes writes, every statement would replace the pool.
    if (why === 'read-only' && performance.now() - openedAt < readOnlyForMs) return
    openedAt = performance.now()
    pool = open()
    // One that has stopped answering need not be waited for.
    stuck.end({ timeout: why === 'read-only' ? readOnlyEndSeconds : 0 }).catch(() => {})
    told(why)
  }
  const clock = <T>(work: PromiseLike<T>, then: PromiseLike<T>['then']) => {
    const asked = pool
    const timer = setTimeout(() => replace(asked, 'silent'), limitMs)
    if (load) load.underWay++
    const stop = () => {
      clearTimeout(timer)
      if (!load) return
      load.underWay--
      load.ended++
    }
    then.call(work, stop, (error) => {
      stop()
      if (meetsStandby(error)) replace(asked, 'read-only')
    })
  }
  /** Sends a statement. One that was rolled back because of another one beside it is made anew and sent again. */
  const send = <T>(query: Promise<T>, then: Promise<T>['then'], anew: () => Promise<T>, tries = 1): Promise<T> => {
    clock(query, then)
    return then.call(query, undefined, async (error: unknown) => {
      if (!isConflict(error) || tries === triesAtMost) throw error
      await Bun.sleep(conflictMs * (1 + Math.random()))
      const next = anew()
      return send(next, next.then, anew, tries + 1)
    }) as Promise<T>
  }
  /** A statement is sent when it is first waited for; a part of another one never is. */
  const watch = (make: () => unknown) => {
    const query = make()
    if (!(query instanceof Promise)) return query
    const { then } = query
    let answer: Promise<unknown> | undefined
    // biome-ignore lint/suspicious/noThenProperty: a statement is a promise already, and sends itself when it is waited for
    query.then = (...handlers: Parameters<typeof then>) => {
      answer ??= send(query, then, make as () => Promise<unknown>)
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
          clock(work, work.then)
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
