import { type Static, Type } from '@sinclair/typebox'
import { nullable, Time } from '../../formats/schema.ts'
import { cursorPageSchema } from '../../http/cursor-page.ts'
import { Execution } from '../model.ts'

const { response, response_header, ...shown } = Execution.properties

/** Schema of an execution in a list over all tasks. */
export const FoundExecution = Type.Object(
  {
    ...shown,
    failed_at: nullable(
      Time,
      'with `status=failed` alone: when it failed, by which failures are found and in whose order they come; else null',
    ),
    task_name: Type.String({ description: 'the name of its task' }),
    task_key: nullable(Type.String(), 'the key of its task; null without one'),
    response: Type.Optional(response),
    response_header: Type.Optional(response_header),
  },
  { $id: 'FoundExecution' },
)

/** An execution in a list over all tasks. */
export type FoundExecution = Static<typeof FoundExecution>

/** Schema of one page of a search. */
export const FoundPage = cursorPageSchema(FoundExecution, 'FoundExecutionPage')
