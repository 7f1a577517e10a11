import { type Static, Type } from '@sinclair/typebox'
import type { FieldError } from '../formats/field-error.ts'
import { Id, nullable, Time } from '../formats/schema.ts'
import { inUtc } from '../formats/time.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { builtInPolicy } from './policy-of.ts'

const between = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, description: `a whole number from ${minimum} to ${maximum}` })

const about = {
  failures:
    'an alert opens after this many settled slots in a row have failed (1 to 100); null: not by failures in a row. Retries of a slot do not count',
  window_failures: 'an alert also opens when this many slots have failed within window_seconds (1 to 100)',
  window_seconds: 'see window_failures (60 to 604800); either both are given or neither is',
  late_seconds: 'an alert opens when a task is due and has not started for so long (10 to 604800); null: never',
  long_seconds: 'an alert opens when a run takes longer (5 to 604800); null: never',
  remind_hours: 'how often channels are reminded of what is still open (1 to 720); null: never',
  recovered: 'whether channels are told that an alert has closed',
  channels: 'ids of the channels that are told; null: all of the service; []: none, so that alerts are only listed',
  muted_until: 'nothing is sent until then; what is open by then is sent after it',
} as const

const numbers = {
  failures: nullable(between(1, 100)),
  window_failures: nullable(between(1, 100)),
  window_seconds: nullable(between(60, 604_800)),
  late_seconds: nullable(between(10, 604_800)),
  long_seconds: nullable(between(5, 604_800)),
  remind_hours: nullable(between(1, 720)),
}

const most = 100
const Channels = Type.Array(Id, { maxItems: most, description: `an array of at most ${most} ids of channels` })

/** Schema of the body that sets an alert policy. What is left out has the value of the built-in policy. */
export const AlertPolicyPut = Type.Object(
  {
    failures: Type.Optional(numbers.failures),
    window_failures: Type.Optional(numbers.window_failures),
    window_seconds: Type.Optional(numbers.window_seconds),
    late_seconds: Type.Optional(numbers.late_seconds),
    long_seconds: Type.Optional(numbers.long_seconds),
    remind_hours: Type.Optional(numbers.remind_hours),
    recovered: Type.Optional(Type.Boolean({ description: 'true or false' })),
    channels: Type.Optional(nullable(Channels)),
    muted_until: Type.Optional(nullable(Time)),
  },
  {
    $id: 'AlertPolicyPut',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ failures: 3, late_seconds: 600, remind_hours: 24 }],
  },
)

/** The body that sets an alert policy. */
export type AlertPolicyPut = Static<typeof AlertPolicyPut>

/** Schema of an alert policy. */
export const AlertPolicy = Type.Object(
  {
    task_id: nullable(Id, 'the task that it is for'),
    task_name: nullable(Type.String(), 'the name of that task'),
    label: nullable(
      Type.String(),
      'the label that it is for, as NAME=VALUE; with neither a task nor a label it is the default of the service',
    ),
    failures: nullable(Type.Integer(), about.failures),
    window_failures: nullable(Type.Integer(), about.window_failures),
    window_seconds: nullable(Type.Integer(), about.window_seconds),
    late_seconds: nullable(Type.Integer(), about.late_seconds),
    long_seconds: nullable(Type.Integer(), about.long_seconds),
    remind_hours: nullable(Type.Integer(), about.remind_hours),
    recovered: Type.Boolean({ description: about.recovered }),
    channels: nullable(Type.Array(Id), about.channels),
    muted_until: nullable(Time, about.muted_until),
    created_at: nullable(Time, 'null for the built-in policy, which holds while the service has set no default'),
    updated_at: nullable(Time, 'null for the built-in policy'),
  },
  { $id: 'AlertPolicy' },
)

/** An alert policy as the API returns it. */
export type AlertPolicy = Static<typeof AlertPolicy>

/** Schema of one page of alert policies. */
export const AlertPolicyPage = cursorPageSchema(AlertPolicy, 'AlertPolicyPage')

/** What an alert policy says. */
export type PolicyFields = Pick<
  AlertPolicy,
  | 'failures'
  | 'window_failures'
  | 'window_seconds'
  | 'late_seconds'
  | 'long_seconds'
  | 'remind_hours'
  | 'recovered'
  | 'channels'
  | 'muted_until'
>

/** The built-in policy as an answer. */
export const shownBuiltIn: AlertPolicy = {
  ...{ task_id: null, task_name: null, label: null },
  ...builtInPolicy,
  ...{ created_at: null, updated_at: null },
}

/** Returns all fields of the policy that a body sets. With a window, `failures` is null unless it is given. */
export function readPolicy(body: AlertPolicyPut): PolicyFields {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
  const fields: PolicyFields = { ...builtInPolicy, ...given }
  const channels = fields.channels && [...new Set(fields.channels.map((id) => id.toLowerCase()))].sort()
  const failures = body.failures === undefined && body.window_failures ? null : fields.failures
  return { ...fields, failures, channels, muted_until: inUtc(fields.muted_until) }
}

/** Returns what is wrong with a policy as a whole. */
export function policyFaults({ window_failures, window_seconds }: PolicyFields): FieldError[] {
  if ((window_failures === null) === (window_seconds === null)) return []
  const [path, other] =
    window_seconds === null ? ['/window_seconds', 'window_failures'] : ['/window_failures', 'window_seconds']
  return [{ path, message: `is required beside ${other}: give both, or neither`, code: 'required' }]
}
