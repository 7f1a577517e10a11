import { type Static, Type } from '@sinclair/typebox'
import { ExecutionStatus } from '../formats/execution-status.ts'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { pageSchema } from '../http/page.ts'

/** The header `traceUrlHeader` as the OpenAPI document describes it. */
export const traceHeaders = {
  'Duly-Trace-Url': {
    description:
      'If TRACE_URL is set: the address of a trace, in which `{trace_id}` stands for its id. That is `slot_id` for attempt 1, else `id`, without dashes.',
    schema: { type: 'string' },
  },
} as const

/** Schema of the headers of an answer: the values of each name. */
const ResponseHeaders = Type.Unsafe<Record<string, string[]>>(
  Type.Object({}, { $id: 'ResponseHeaders', additionalProperties: Type.Array(Type.String()) }),
)

/** Schema of an execution: one attempt at one slot. */
export const Execution = Type.Object(
  {
    id: Id,
    task_id: Id,
    slot_id: Type.String({
      format: 'uuid',
      description: 'the same for every attempt at one slot: the Idempotency-Key that is sent',
    }),
    status: ExecutionStatus,
    status_code: nullable(Type.Integer(), 'null when no answer came; kept when its body failed'),
    response: nullable(
      Type.String(),
      'the first 64 KiB of the decoded body, read by the charset of its Content-Type; what had come when the body failed',
    ),
    response_truncated: Type.Boolean({ description: 'true when the body was longer than what is kept, or broke off' }),
    response_header: nullable(
      ResponseHeaders,
      'the headers of the answer, names in lower case, 16 KiB of them at most; null for a success while its replica had more than 100 calls open',
    ),
    answer_dropped_at: nullable(
      Time,
      'when response and response_header were dropped because they were past their retention, or more than TASK_HISTORY_BYTES allows; null if there was no answer, and while it is kept',
    ),
    error: nullable(Type.String(), 'what went wrong, for a person to act on'),
    scheduled_for: Time,
    attempt: Type.Integer(),
    missed_slots: Type.Integer({
      description: 'slots that went by before this one, or that were passed over when skipped',
    }),
    duration_ms: nullable(Type.Integer(), 'from the look-up of the name to the end of the answer; without waited_ms'),
    waited_ms: nullable(
      Type.Integer(),
      'how long the call waited before that: for its turn at the target, or for a local port; null for less than half a millisecond',
    ),
    lookup_ms: nullable(
      Type.Integer(),
      'how long the look-up of the name took, with redirects all of them; null for less than half a millisecond',
    ),
    answer_ms: nullable(
      Type.Integer(),
      'from connecting, or sending on a kept connection, to the beginning of the answer, with redirects all of them; null for less than half a millisecond',
    ),
    sent_twice: Type.Boolean({
      description:
        'true when the request is known to have been sent a second time, with the same Idempotency-Key, because the target closed a kept connection without an answer',
    }),
    queued_for: nullable(Time, 'while it is queued: when it is to be sent, such as a retry after its pause'),
    started_at: nullable(Time, 'when a replica took it'),
    stop_requested_at: nullable(
      Time,
      'when a person asked to stop waiting for the answer; it is not sent again, however it ends. Null if nobody has',
    ),
    created_at: Time,
  },
  { $id: 'Execution' },
)

/** Schema of an execution that is read by itself. */
export const ExecutionRead = Type.Object(
  {
    ...Execution.properties,
    asked_by: nullable(
      Type.Object(
        {
          actor: Type.String({ description: 'token, command_line or server' }),
          principal: nullable(Type.String(), 'the name of the token, or of the user of the machine'),
        },
        { $id: 'AskedBy' },
      ),
      'who had it run by hand; null for a run of the schedule, and once changes of that time are no longer kept',
    ),
    request_changed: nullable(
      Type.Object(
        {
          at: { ...Time, description: 'when the first of the changes was made' },
          actor: Type.String({ description: 'who made it: token, command_line or server' }),
          principal: nullable(Type.String(), 'the name of the token, or of the user of the machine'),
          before: Type.Object(
            {},
            {
              $id: 'RequestBefore',
              additionalProperties: true,
              description:
                'the fields of the task that were changed, as they were when this was sent, as the audit keeps them: without the values of secret headers, and of a payload of more than 1,000 characters the beginning',
            },
          ),
          secrets: Type.Array(Type.String(), {
            description: 'names of the secret headers, or url, whose values were set since: what they were is not kept',
          }),
        },
        { $id: 'RequestChanged' },
      ),
      'whether what the task sends or expects was changed after this was sent: url, secret_url, method, header, payload, host, tls_profile or expect. Null if not. The values of named secrets and the certificates of a TLS profile are not looked at',
    ),
    request_known: Type.Boolean({
      description:
        'false if the task was changed after this was sent, and changes of that time are no longer kept: what was sent cannot be told',
    }),
  },
  { $id: 'ExecutionRead' },
)

/** An execution that is read by itself. */
export type ExecutionRead = Static<typeof ExecutionRead>

/** The name of a field of an execution. */
export type ExecutionName = keyof Execution

/** The names of all fields of an execution, in the order of a response. */
export const executionNames = Object.keys(Execution.properties) as readonly ExecutionName[]

/** Schema of an execution in a list. With `response=false` it has no response. */
export const ExecutionListed = Type.Object(
  { ...Execution.properties, response: Type.Optional(Execution.properties.response) },
  { $id: 'ExecutionListed' },
)

/** Schema of one page of executions. */
export const ExecutionPage = pageSchema(ExecutionListed, 'ExecutionPage')

/** Schema of a page of executions that a cursor leads on from. */
export const ExecutionCursorPage = cursorPageSchema(ExecutionListed, 'ExecutionCursorPage')

/** An execution as the API returns it. */
export type Execution = Static<typeof Execution>
