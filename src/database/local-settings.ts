import { unlessClosed } from './in-transaction.ts'
import type { Sql } from './sql.ts'

/**
 * Returns a pool that sends each statement in a transaction of its own with these settings, while `isNeeded` returns true: a
 * pooler drops settings of a session. The transaction costs two round trips and the settings none. For a statement of a
 * transaction, and for `unsafe`, nothing is set.
 */
export function withLocalSettings(
  pool: Sql,
  settings: Readonly<Record<string, string | number>>,
  isNeeded: () => boolean,
): Sql {
  const set = Object.entries(settings)
    .map(([name, value]) => `set local ${name} = ${value}`)
    .join('; ')
  return new Proxy(pool, {
    apply: (_, __, args) => {
      const query = Reflect.apply(pool as never, undefined, args) as unknown
      // What is not a promise is a part of a statement, and a part that is one is never awaited.
      if (!(query instanceof Promise) || !isNeeded()) return query
      let answer: Promise<unknown> | undefined
      // biome-ignore lint/suspicious/noThenProperty: a statement of the driver is a promise that sends itself when it is awaited
      query.then = (...handlers: Parameters<typeof query.then>) => {
        answer ??= pool.begin(async (own) => {
          const sent = Reflect.apply(own as never, undefined, args) as Promise<unknown>
          // execute() sends the settings before the statement, which is sent when it is awaited.
          const [, result] = await unlessClosed(Promise.all([own.unsafe(set).simple().execute(), sent]))
          return result
        })
        return answer.then(...handlers) as never
      }
      return query
    },
  })
}
