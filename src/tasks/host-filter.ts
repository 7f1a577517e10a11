import { FormatRegistry, Type } from '@sinclair/typebox'
import type { Fragment, Sql } from '../database/sql.ts'
import { isWithin } from '../task-fields/limits.ts'

/** The host of a URL may have other letters than those of ASCII. */
const hostPattern = '^[^\\s\\x00/?#@]+$'
const host = new RegExp(hostPattern)
FormatRegistry.Set('called-host', (text) => host.test(text) && isWithin(text, 260))

/** Schema of the query parameter `host`. */
export const hostParameter = Type.String({
  format: 'called-host',
  documented: { maxLength: 260, pattern: hostPattern },
  description:
    'a host that the task calls now, as host for any port, or as host:port for one that is not the usual port',
})

/**
 * SQL condition for a row of `task` that calls a host, with a port or with any.
 * @param task the row, such as `task`
 */
export const callsHost = (sql: Sql, task: Fragment, host: string): Fragment =>
  sql`(${task}.target = lower(${host}) or starts_with(${task}.target, lower(${host}) || ':'))`
