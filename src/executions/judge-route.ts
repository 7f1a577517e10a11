import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id, nullable, oneOf } from '../formats/schema.ts'
import { executionNotFound, invalid, taskNotFound } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { checkExpect, Expect } from '../task-fields/expect.ts'
import { judge } from '../task-fields/judge.ts'

const Question = Type.Object(
  {
    execution_id: Id,
    expect: Type.Optional(nullable(Expect)),
  },
  {
    $id: 'JudgementRequest',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ execution_id: '0198b0b5-77aa-7b0e-9a44-51c2d8e6f301', expect: { status: ['2xx', 304] } }],
  },
)

const Judgement = Type.Object(
  {
    status: oneOf('JudgedStatus', ['success', 'failed'] as const),
    error: nullable(Type.String(), 'what does not hold; null for a success'),
  },
  { $id: 'Judgement' },
)

/** What an execution has of its answer, and what its task expects. */
interface StoredAnswer {
  /** Null when there is no such execution. */
  readonly id: string | null
  readonly status_code: number | null
  readonly response: string | null
  readonly answer_dropped_at: string | null
  readonly response_truncated: boolean
  readonly method: string
  readonly expect: Expect | null
}

/** Returns the answer of an execution; undefined when the service has no such task. */
async function findAnswer(
  sql: Sql,
  serviceId: string,
  taskId: string,
  executionId: string,
): Promise<StoredAnswer | undefined> {
  const [row] = await sql<StoredAnswer[]>`
    /* duly:find_answer */
    select found.*, task.method, task.expect
    from task
    left join lateral (
      select id, status_code, response, response_truncated, answer_dropped_at
      from execution
      where execution.service_id = ${serviceId}
        and execution.task_id = ${taskId}
        and execution.id = ${executionId}
      order by execution.created_at desc
      limit 1
    ) found on true
    where task.service_id = ${serviceId}
      and task.id = ${taskId}
      and task.deleted_at is null`
  return row
}

/** The route that judges the stored answer of an execution again, to try out what a task is to expect. It changes nothing. */
export function judgeRoute(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'judge', prefix: '/tasks', normalize: false, tags: ['executions'] })
    .use(requireService(authenticate))
    .post(
      '/:taskId/judge',
      async ({ serviceId, params: { taskId }, body }) => {
        const faults = body.expect ? checkExpect(body.expect) : []
        if (faults.length > 0) throw invalid(faults.map((fault) => ({ ...fault, path: `/expect${fault.path}` })))
        const answer = await findAnswer(sql, serviceId, taskId, body.execution_id)
        if (answer === undefined) throw taskNotFound()
        if (answer.id === null) throw executionNotFound()
        const error = judgeStored(answer, body.expect === undefined ? answer.expect : body.expect)
        return { status: error === undefined ? ('success' as const) : ('failed' as const), error: error ?? null }
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: Type.Object({ taskId: Id }),
        query: noQuery,
        scope: 'read',
        body: Question,
        detail: operation(
          'judgeExecution',
          'Judge the stored answer of an execution by what the task expects, or by what is given as expect',
          {
            status: 200,
            description:
              'What the execution would have come to. Secrets are masked in a stored answer, and are judged so. Nothing is changed.',
            schema: Judgement,
          },
          [400, 404, 413, 415],
        ),
      },
    )
}

/** Returns why a stored answer fails; undefined if it does not. */
function judgeStored({ status_code, response, ...answer }: StoredAnswer, expect: Expect | null): string | undefined {
  if (status_code === null) return 'the execution has no answer that could be judged'
  if (answer.answer_dropped_at !== null)
    return `the answer of the execution was dropped at ${answer.answer_dropped_at}, past its retention or TASK_HISTORY_BYTES: judge a later execution`
  return judge(expect ?? {}, {
    status: status_code,
    text: response,
    truncated: answer.response_truncated,
    isHead: answer.method === 'HEAD',
  })
}
