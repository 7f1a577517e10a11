import { Type } from '@sinclair/typebox'
import type { Fragment, Sql } from '../database/sql.ts'
import { invalid } from '../http/errors.ts'
import { isLabelName, isLabelValue, labelLimits } from '../task-fields/labels.ts'

/** A label that tasks must have: with this value, or with any. */
export interface WantedLabel {
  readonly name: string
  readonly value: string | undefined
}

/**
 * Schema of the query parameter `label`, which may be given several times. `readLabels` reads it: Elysia would split a value at
 * its commas.
 */
export const labelParameter = Type.Unknown({
  documented: { type: 'array', items: { type: 'string' }, maxItems: labelLimits.count },
  description:
    'labels that the task must have, all of them, each as NAME=VALUE, or as NAME for any value (label=team=billing&label=env)',
})

/**
 * Returns the labels that the query of a URL asks for.
 * @throws ApiError 400 for one that no task can have
 */
export const readLabels = (url: string): readonly WantedLabel[] =>
  wantedLabels(new URL(url).searchParams.getAll('label'))

/**
 * Returns the labels that texts ask for, each as NAME=VALUE or NAME.
 * @throws ApiError 400 for one that no task can have
 */
export function wantedLabels(given: readonly string[]): readonly WantedLabel[] {
  if (given.length > labelLimits.count)
    throw invalid([{ path: '/label', message: `may be given ${labelLimits.count} times at most` }])
  return given.map((text) => {
    const end = text.indexOf('=')
    const [name, value] = end < 0 ? [text, undefined] : [text.slice(0, end), text.slice(end + 1)]
    if (isLabelName(name) && isLabelValue(value ?? '')) return { name, value }
    throw invalid([
      {
        path: '/label',
        message: `must be NAME=VALUE or NAME: a name has 1 to ${labelLimits.name} of the characters a-z, A-Z, 0-9, ., _, / and -, a value ${labelLimits.value} characters at most`,
      },
    ])
  })
}

/**
 * SQL conditions, each beginning with `and`, for the rows whose task has all these labels.
 * @param taskId the id of the task, such as `execution.task_id`
 */
export const hasLabels = (sql: Sql, serviceId: string, taskId: Fragment, labels: readonly WantedLabel[]): Fragment => {
  const conditions = labels.map(
    ({ name, value }) => sql`
      and exists (
        select
        from task_label
        where task_label.service_id = ${serviceId}
          and task_label.name = ${name}
          ${value === undefined ? sql`` : sql`and task_label.value = ${value}`}
          and task_label.task_id = ${taskId}
      )`,
  )
  return conditions.length === 0 ? sql`` : sql`${conditions}`
}
