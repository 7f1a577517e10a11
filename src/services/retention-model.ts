import { type Static, Type } from '@sinclair/typebox'
import type { Config } from '../config/config.ts'
import type { FieldError } from '../formats/field-error.ts'
import { nullable } from '../formats/schema.ts'
import { type KeptDays, keptDays } from './kept-days.ts'

/** For how many days the server keeps what: the most that a service can have. */
export type ServerDays = Pick<Config, 'executionRetentionDays' | 'failureRetentionDays' | 'answerRetentionDays'>

const about = {
  execution_days: 'for how many days executions that ended as success are kept, and skipped ones',
  failure_days: 'for how many days failed executions are kept',
  answer_days: 'for how many days the bodies and headers of answers are kept, of all executions',
} as const

const names = ['execution_days', 'failure_days', 'answer_days'] as const
type Name = (typeof names)[number]

const given = Type.Integer({ minimum: 1, maximum: 3_650, description: 'a whole number from 1 to 3650' })
const own = (name: Name) => nullable(Type.Integer(), `${about[name]}; null: as the server says`)

/** Schema of the body that sets for how long the executions of a service are kept. What is left out is null. */
export const RetentionPut = Type.Object(
  {
    execution_days: Type.Optional(nullable(given)),
    failure_days: Type.Optional(nullable(given)),
    answer_days: Type.Optional(nullable(given)),
  },
  {
    $id: 'RetentionPut',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ execution_days: 7, answer_days: 2 }],
  },
)

const days = {
  execution_days: Type.Integer({ description: about.execution_days }),
  failure_days: Type.Integer({ description: about.failure_days }),
  answer_days: Type.Integer({ description: about.answer_days }),
}

const Kept = Type.Object(days, {
  $id: 'KeptDays',
  description: 'what holds: the days of the service or of the server, whichever are fewer',
})

const Server = Type.Object(days, { $id: 'ServerDays', description: 'what the server keeps where nothing is set' })

const shown = {
  execution_days: own('execution_days'),
  failure_days: own('failure_days'),
  answer_days: own('answer_days'),
  kept: Kept,
}

/** Schema of how long the executions of the tasks with a label are kept. */
export const LabelRetention = Type.Object(
  { label: Type.String({ description: 'the label as NAME=VALUE' }), ...shown },
  {
    $id: 'LabelRetention',
    description:
      'how long the executions of the tasks with a label are kept, in place of the days of the service. Of several labels of a task the first by name decides',
  },
)

/** Schema of how long the executions of a service are kept. */
export const Retention = Type.Object(
  {
    ...shown,
    server: Server,
    labels: Type.Array(LabelRetention, { description: 'labels with days of their own, by name' }),
  },
  { $id: 'Retention' },
)

/** How long the executions of a service are kept, as the API returns it. */
export type Retention = Static<typeof Retention>

/** How long the executions of the tasks with a label are kept, as the API returns it. */
export type LabelRetention = Static<typeof LabelRetention>

/** The days that a service has set for all its tasks, or for those with a label; null for those of the server. */
export type OwnDays = Pick<LabelRetention, Name>

/** The days of a label. */
export type LabelDays = OwnDays & Pick<LabelRetention, 'label'>

/** Returns the days that a body sets. */
export const readOwnDays = (body: Static<typeof RetentionPut>): OwnDays => ({
  execution_days: body.execution_days ?? null,
  failure_days: body.failure_days ?? null,
  answer_days: body.answer_days ?? null,
})

/** Returns what a service has set, with what holds for it. */
export function withKept<Days extends OwnDays>(days: Days, server: ServerDays): Days & Pick<LabelRetention, 'kept'> {
  return { ...days, kept: keptDays(days, daysOf(server)) }
}

const unset: OwnDays = { execution_days: null, failure_days: null, answer_days: null }

/** Returns for how long the server keeps what a service sets nothing for. */
export const serverDays = (server: ServerDays): KeptDays => keptDays(unset, daysOf(server))

const daysOf = ({ executionRetentionDays, failureRetentionDays, answerRetentionDays }: ServerDays): KeptDays => ({
  execution_days: executionRetentionDays,
  failure_days: failureRetentionDays,
  answer_days: answerRetentionDays,
})

/** Returns what is wrong with the days that a service sets on a server. */
export function retentionFaults(days: OwnDays, server: ServerDays): FieldError[] {
  const most: Readonly<Record<Name, readonly [days: number, setting: string]>> = {
    execution_days: [server.executionRetentionDays, 'EXECUTION_RETENTION_DAYS'],
    failure_days: [server.failureRetentionDays, 'FAILURE_RETENTION_DAYS'],
    answer_days: [server.answerRetentionDays, 'ANSWER_RETENTION_DAYS'],
  }
  const tooLong = names.flatMap((name): FieldError[] => {
    const [limit, setting] = most[name]
    const message = `must be at most ${limit}: this server keeps nothing of the kind for longer (${setting})`
    return (days[name] ?? 0) > limit ? [{ path: `/${name}`, message, code: 'out_of_range' }] : []
  })
  if (tooLong.length > 0) return tooLong
  const { kept } = withKept(days, server)
  if (kept.failure_days < kept.execution_days) {
    const message = `must be at least execution_days, which is ${kept.execution_days}: failed executions are kept as long as the others, or longer`
    return [{ path: '/failure_days', message, code: 'out_of_range' }]
  }
  if ((days.answer_days ?? 0) > kept.failure_days) {
    const message = `must be at most failure_days, which is ${kept.failure_days}: answers go with their executions`
    return [{ path: '/answer_days', message, code: 'out_of_range' }]
  }
  return []
}
