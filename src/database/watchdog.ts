import type { PoolLoad, Sql } from './connect.ts'

/**
 * A pool whose statements are answered in time or whose connections are all replaced. Behind a link that went dead
 * without a word the driver would wait for ever, and so would everybody behind it. The statements on their way fail with
 * CONNECTION_DESTROYED; whether the server has run them, or will run them yet, is not known.
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
  /** A statement is sent when it is first waited for; a part of another one never is. */
  const watch = (query: unknown) => {
    if (!(query instanceof Promise)) return query
    const { then } = query
    let sent = false
    // biome-ignore lint/suspicious/noThenProperty: a statement is a promise already, and sends itself when it is waited for
    query.then = (...handlers: Parameters<typeof then>) => {
      if (!sent) clock(query, then)
      sent = true
      return then.apply(query, handlers) as never
    }
    return query
  }
  return new Proxy(pool, {
    apply: (_, __, args) => watch(Reflect.apply(pool as never, undefined, args)),
    get: (_, name) => {
      const value = Reflect.get(pool, name)
      if (name === 'unsafe') return (...args: Parameters<Sql['unsafe']>) => watch(pool.unsafe(...args))
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
