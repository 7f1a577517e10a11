import { ApiError, type FieldError, send, taskPath } from './api.ts'

/** No task has this id. */
const noTask = '00000000-0000-0000-0000-000000000000'

/** What the API finds wrong with fields of a task. They are sent as a change of a task that there is not, so nothing is saved. */
export const taskRefusals = (fields: object) => refusalsOf('POST', taskPath(noTask), fields)

/** The errors with which the API refuses a request that saves nothing in any case; none if there is no answer. */
export async function refusalsOf(method: string, path: string, body: object): Promise<readonly FieldError[]> {
  return send(method, path, { body }).then(
    () => [],
    (error) => (error instanceof ApiError ? error.errors : []),
  )
}
