import type { PoolLoad, Sql } from './connect.ts'
import { isConflict } from './fault.ts'

/** How often a statement is sent that conflicts with another one, and the pause before the next time, in ms (up to twice that). */
const triesAtMost = 4
const conflictMs = 20

/**
 * A pool whose statements are answered in time or whose connections are all replaced. Behind a link that went dead
 * without a word the driver would wait for ever, and so would everybody behind it. The statements on their way fail with
 * CONNECTION_DESTROYED; whether the server has run them, or will run them yet, is not known. A statement that fails with a
 * serialization failure or a deadlock (40001, 40P01) was rolled back, and is sent again a few times.
 * @param open opens the pool, and the one after it
 * @param limitMs more than the server itself lets a statement take
 * @param told called each time the pool was replaced
 * @param load kept up to date with what is under way
 */
export function watched(open: () => Sql, limitMs: number, told: () => void, load?: PoolLoad): Sql {
  let pool = open()
  let ended = false
  const replace = (stuck: Sql) => {
    if (stuck !== pool || ended) return
    pool = open()
    // It has stopped answering, and need not be waited for.
    stuck.end({ timeout: 0 }).catch(() => {})
    told()
  }
  const clock = <T>(work: PromiseLike<T>, then: PromiseLike<T>['then']) => {
    const asked = pool
    const timer = setTimeout(() => replace(asked), limitMs)
    if (load) load.underWay++
    const stop = () => {
      clearTimeout(timer)
      if (!load) return
      load.underWay--
      load.ended++
    }
    then.call(work, stop, stop)
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
