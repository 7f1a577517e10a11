import { Type } from '@sinclair/typebox'
import { Id, Time } from '../../formats/schema.ts'
import { hostParameter } from '../../task-fields/host-parameter.ts'
import { storablePattern } from '../../task-fields/openapi-patterns.ts'

const status = '(queued|started|success|failed|skipped)'

/** Schema of the parameter `status`: one, or several with commas between. */
export const statusParameter = Type.String({
  pattern: `^${status}(,${status}){0,4}$`,
  description: 'queued, started, success, failed or skipped, or several of them with commas between',
})

/** Schemas of the parameters for times. @param what by which of their times executions are found */
export const timeParameters = (what: string) => ({
  from: Type.Optional({ ...Time, description: `${Time.description}: from this time on, ${what}` }),
  to: Type.Optional({ ...Time, description: `${Time.description}: before this time, ${what}` }),
})

/** Schemas of the filters that are alike in a query and in a body. */
export const filterParameters = {
  task_id: Type.Optional(Id),
  host: Type.Optional(hostParameter),
  task_name: Type.Optional(
    Type.String({
      format: 'search',
      documented: { maxLength: 200, pattern: storablePattern },
      description:
        'a text of at most 200 characters, looked for in the name that the task has now as it stands, in any case',
    }),
  ),
  text: Type.Optional(
    Type.String({
      format: 'search',
      documented: { maxLength: 200, pattern: storablePattern },
      description: 'a text of at most 200 characters, looked for in error as it stands, in any case',
    }),
  ),
}
