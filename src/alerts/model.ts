import { type Static, Type } from '@sinclair/typebox'
import { alertKinds } from '../formats/alert-kind.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'

/** Schema of the kind of an alert. */
export const AlertKind = oneOf('AlertKind', alertKinds)

/** Schema of the state of an alert. */
export const AlertState = oneOf('AlertState', ['open', 'muted', 'closed'] as const)

/** Schema of an alert. */
export const Alert = Type.Object(
  {
    id: Id,
    kind: AlertKind,
    state: { ...AlertState, description: 'muted: it is open, and nothing is sent about it for now' },
    task_id: nullable(Id, 'null for an outage or a channel'),
    task_name: nullable(Type.String(), 'the name of the task when the alert opened'),
    target: Type.String({ description: 'host and port of the target of the task; empty for an outage or a channel' }),
    since: {
      ...Time,
      description: 'the first failure, the time the task was due, the start of the run or of the outage',
    },
    until: nullable(Time, 'of an outage: when it ended'),
    opened_at: Time,
    closed_at: nullable(Time, 'null while it is open'),
    closed_because: nullable(
      Type.String(),
      'recovered: the task succeeded; started: the late task has; skipped: the slot of the late task was given another time; ended: the long run has; paused, disabled, deleted: the task was; event: it is told once, and was closed when it opened',
    ),
    failures: nullable(Type.Integer(), 'of failing: settled slots that had failed when it opened'),
    tasks: nullable(Type.Integer(), 'of an outage: how many tasks were due and are being caught up'),
    error: nullable(
      Type.String(),
      'of failing: the error when it opened; of late: why the task has not started; of channel: why it was disabled',
    ),
    execution_id: nullable(Id, 'the execution that failed last, or runs long'),
    muted_until: nullable(
      Time,
      'until when nothing is sent about it, by its own mute, that of its policy, or a silence',
    ),
  },
  { $id: 'Alert' },
)

/** Schema of one page of alerts. */
export const AlertPage = cursorPageSchema(Alert, 'AlertPage')

/** Schema of the body that mutes an alert. */
export const AlertMute = Type.Object(
  { until: nullable(Time) },
  {
    $id: 'AlertMute',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ until: '2026-11-29T08:00:00Z' }],
  },
)

/** An alert as the API returns it. */
export type Alert = Static<typeof Alert>
