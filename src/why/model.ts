import { type Static, Type } from '@sinclair/typebox'
import { OutageSpan } from '../alerts/outages.ts'
import { ExecutionStatus } from '../formats/execution-status.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'

/** What can have become of a task at a time. */
const reasons = [
  'ran',
  'ran_late',
  'running',
  'made_up',
  'skipped',
  'not_started',
  'waiting',
  'not_due',
  'schedule_changed',
  'paused',
  'disabled',
  'ended',
  'not_created',
  'future',
  'unknown',
] as const

const causes = ['outage', 'previous_run', 'flow', 'catch_up', 'calendar', 'clock_change'] as const

const Reason = oneOf('WhyReason', reasons)
const Cause = oneOf('WhyCause', causes)

/** What became of a task at a time, in one word. */
export type Reason = (typeof reasons)[number]

/** What is known to have led to it. */
export type Cause = (typeof causes)[number]

const WhyExecution = Type.Object(
  {
    id: Id,
    status: ExecutionStatus,
    scheduled_for: Time,
    created_at: Time,
    started_at: nullable(Time),
    attempt: Type.Integer(),
    missed_slots: Type.Integer(),
    error: nullable(Type.String()),
    by_hand: Type.Boolean({ description: 'whether somebody had it run, and not the schedule' }),
  },
  { $id: 'WhyExecution', description: 'the execution that it rests on' },
)

const WhyChange = Type.Object(
  {
    id: Id,
    at: Time,
    action: Type.String(),
    actor: Type.String(),
    principal: nullable(Type.String()),
  },
  { $id: 'WhyChange', description: 'the entry of the audit that it rests on' },
)

/** Schema of what became of a task at a time. */
export const Why = Type.Object(
  {
    task_id: Id,
    at: Time,
    reason: Reason,
    cause: nullable(Cause, 'what is known to have led to it; null where nothing is'),
    sentence: Type.String({ description: 'one or two sentences for people, with times in time_zone' }),
    time_zone: Type.String({ description: 'the time zone of its schedule then; UTC without one' }),
    due_at: nullable(Time, 'when it was to start: the time that the answer is about; null where it was not due'),
    previous_due_at: nullable(Time, 'when it was to start last before that; null if that is not known'),
    next_due_at: nullable(Time, 'when it was to start next after that; null if it was not, or that is not known'),
    execution: nullable(WhyExecution, 'the execution that it rests on'),
    change: nullable(WhyChange, 'the change that it rests on'),
    outage: nullable(OutageSpan, 'when Duly did not run: what held it up, or an outage in which `at` is'),
    flow: nullable(Type.String(), 'the flow that limits the task, where it may have been held by it'),
    alert_id: nullable(Id, 'the alert that said why it had not started'),
  },
  { $id: 'Why' },
)

/** What became of a task at a time, as the API returns it. */
export type Why = Static<typeof Why>
