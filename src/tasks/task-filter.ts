import type { Fragment, Sql } from '../database/sql.ts'
import { isInLine } from '../transitions/predicates.ts'
import { callsHost } from './host-filter.ts'
import { hasLabels, type WantedLabel } from './label-filter.ts'

/** The values of `result`. */
export const lastResults = ['failing', 'well', 'never'] as const

/** Which tasks a list contains; all by default. */
export interface TaskFilter {
  readonly status?: string
  /** failing, well (they have run and are not failing), or never (they have not run). */
  readonly result?: string
  /** Text that the name or the URL must contain, ignoring case. It is not a pattern. */
  readonly search?: string
  readonly id?: string
  readonly key?: string
  /** The host that it calls, with a port or with any. */
  readonly host?: string
  /** Text that the last error must contain, ignoring case; only tasks that are failing have one. It is not a pattern. */
  readonly error?: string
  /** The flow that limits the tasks. */
  readonly flow?: string
  /** The calendar that they name. */
  readonly calendar?: string
  /** The TLS profile that they name. */
  readonly tls_profile?: string
  readonly labels?: readonly WantedLabel[]
}

/** SQL condition for the tasks with a last result. */
function withResult(sql: Sql, serviceId: string, result: string): Fragment {
  if (result === 'never') return sql`and task.current_execution_id is null`
  const failing = sql`
    exists (
      select
      from failing_task
      where failing_task.service_id = ${serviceId}
        and failing_task.task_id = task.id
    )`
  return result === 'failing' ? sql`and ${failing}` : sql`and task.current_execution_id is not null and not ${failing}`
}

/** SQL condition, beginning with `and`, for the tasks that are failing with an error. */
const failsWith = (sql: Sql, serviceId: string, error: string) => sql`
  and exists (
    select
    from failing_task
    where failing_task.service_id = ${serviceId}
      and failing_task.task_id = task.id
      and strpos(lower(failing_task.error), lower(${error})) > 0
  )`

/** SQL condition, beginning with `and`, for the tasks that use a TLS profile. */
const usesProfile = (sql: Sql, serviceId: string, profile: string) => sql`
  and exists (
    select
    from tls_profile_use
    where tls_profile_use.service_id = ${serviceId}
      and tls_profile_use.profile = ${profile}
      and tls_profile_use.task_id = task.id
  )`

/** SQL condition for the tasks that a list contains. */
export const matching = (sql: Sql, serviceId: string, filter: TaskFilter): Fragment => sql`
  service_id = ${serviceId}
  and deleted_at is null
  ${filter.status === undefined ? sql`` : sql`and status = ${filter.status}`}
  ${filter.result === undefined ? sql`` : withResult(sql, serviceId, filter.result)}
  ${
    filter.search === undefined
      ? sql``
      : sql`and (strpos(lower(name), lower(${filter.search})) > 0 or strpos(lower(url), lower(${filter.search})) > 0)`
  }
  ${filter.id === undefined ? sql`` : sql`and id = ${filter.id}`}
  ${filter.host === undefined ? sql`` : sql`and ${callsHost(sql, sql`task`, filter.host)}`}
  ${filter.error === undefined ? sql`` : failsWith(sql, serviceId, filter.error)}
  ${
    filter.key === undefined
      ? sql``
      : sql`and task.id = (select task_id from task_key where service_id = ${serviceId} and key = ${filter.key})`
  }
  ${filter.flow === undefined ? sql`` : sql`and ${isInLine(sql, sql`${filter.flow}`)}`}
  ${filter.calendar === undefined ? sql`` : sql`and task.calendar = ${filter.calendar}`}
  ${filter.tls_profile === undefined ? sql`` : usesProfile(sql, serviceId, filter.tls_profile)}
  ${hasLabels(sql, serviceId, sql`task.id`, filter.labels ?? [])}`
