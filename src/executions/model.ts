import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'

export const executionStatuses = ['queued', 'started', 'success', 'failed', 'skipped'] as const
export const ExecutionStatus = Type.Unsafe<(typeof executionStatuses)[number]>(
  Type.String({
    enum: [...executionStatuses],
    pattern: `^(${executionStatuses.join('|')})$`,
    description: `one of ${executionStatuses.join(', ')}`,
  }),
)

/** One attempt at one slot, as it is answered. */
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
    error: nullable(Type.String(), 'what went wrong, for a person to act on'),
    scheduled_for: Time,
    attempt: Type.Integer(),
    missed_slots: Type.Integer({
      description: 'slots that went by before this one, or that were passed over when skipped',
    }),
    duration_ms: nullable(Type.Integer(), 'from sending to the end of the answer'),
    started_at: nullable(Time, 'when a replica took it'),
    created_at: Time,
  },
  { $id: 'Execution' },
)

export const ExecutionPage = Type.Object(
  {
    total_count: Type.Integer(),
    page_number: Type.Integer(),
    count: Type.Integer(),
    records: Type.Array(Execution),
  },
  { $id: 'ExecutionPage' },
)

export type Execution = Static<typeof Execution>
