import { type Static, Type } from '@sinclair/typebox'
import type { Fragment, Sql } from '../database/sql.ts'
import { Id, Time } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import { storablePattern } from '../task-fields/openapi-patterns.ts'
import { actions } from './actions.ts'

const action = `(${actions.join('|')})`

/** Query parameters of the entries of one task. */
export const taskFilterParameters = {
  from: Type.Optional({ ...Time, description: `${Time.description}: entries of this time or later` }),
  to: Type.Optional({ ...Time, description: `${Time.description}: entries before this time` }),
  action: Type.Optional(
    Type.String({
      pattern: `^${action}(,${action}){0,${actions.length - 1}}$`,
      description: 'an action of an entry, or several of them with commas between',
    }),
  ),
  who: Type.Optional(
    Type.String({
      format: 'search',
      documented: { maxLength: 200, pattern: storablePattern },
      description:
        'a text of at most 200 characters, looked for in any case in who made the change: actor, principal and address with spaces between, such as "token deploy 10.1.2.3" or "command line"',
    }),
  ),
}

/** Query parameters of the entries of a service. */
export const filterParameters = { ...taskFilterParameters, task_id: Type.Optional(Id) }

const Query = Type.Object(filterParameters)

/** Which entries of a service are meant; all by default. */
export interface EntryFilter {
  readonly taskId?: string | undefined
  /** From this time on, and before that one. RFC 3339 in UTC. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly actions?: readonly string[] | undefined
  /** What actor, principal and address contain, in any case. It is not a pattern. */
  readonly who?: string | undefined
}

/** Converts validated query parameters. @param taskId the task of the path, if it names one */
export const toFilter = (query: Static<typeof Query>, taskId: string | undefined): EntryFilter => ({
  taskId: taskId ?? query.task_id,
  from: inUtc(query.from ?? null) ?? undefined,
  to: inUtc(query.to ?? null) ?? undefined,
  actions: query.action?.split(','),
  who: query.who || undefined,
})

/** SQL condition for the rows of `audit` of a service that a filter means. The times and the task are found by the indexes. */
export const isMeant = (sql: Sql, serviceId: string, { taskId, from, to, actions, who }: EntryFilter): Fragment => sql`
  service_id = ${serviceId}
    ${taskId === undefined ? sql`` : sql`and task_id = ${taskId}`}
    ${from === undefined ? sql`` : sql`and at >= ${from}::text::timestamptz`}
    ${to === undefined ? sql`` : sql`and at < ${to}::text::timestamptz`}
    ${actions === undefined ? sql`` : sql`and action = any(${actions as string[]}::text[])`}
    ${
      who === undefined
        ? sql``
        : sql`
          and strpos(
            lower(concat_ws(' ', actor, replace(actor, '_', ' '), principal, host(address))),
            lower(${who})
          ) > 0`
    }`
