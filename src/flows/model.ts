import { type Static, Type } from '@sinclair/typebox'
import { nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { flowNameInput } from '../task-fields/flow-name.ts'

/** How many flows a service may have. */
export const maxFlows = 1_000
/** Tasks of a flow are counted up to this. */
export const countedAtMost = 10_000

/** Schema of the name of a flow. */
export const FlowName = flowNameInput

const whole = (maximum: number, what: string) =>
  nullable(
    Type.Integer({ minimum: 1, maximum, description: `a whole number from 1 to ${maximum}` }),
    `${what}: a whole number from 1 to ${maximum}, or null for no limit`,
  )

/** Schema of the body that sets a flow. */
export const FlowPut = Type.Object(
  {
    target: Type.Optional(
      nullable(
        Type.String({
          maxLength: 260,
          pattern: '^[^\\s/?#@]+$',
          description: 'a host with an optional port, as it stands in the URL of tasks, such as api.example.com:8443',
        }),
        'a host with an optional port, as it stands in the URL of tasks: all tasks with this target that name no flow are in this one. Null for a flow that tasks name',
      ),
    ),
    concurrency: Type.Optional(whole(100_000, 'how many calls run at once at most')),
    rate: Type.Optional(whole(100_000, 'how many calls start in period_seconds at most')),
    period_seconds: Type.Optional(
      nullable(
        Type.Integer({ minimum: 1, maximum: 86_400, description: 'a whole number from 1 to 86400' }),
        'the time that rate is for, in seconds; null takes 1',
      ),
    ),
    burst: Type.Optional(
      nullable(
        Type.Integer({ minimum: 1, maximum: 100_000, description: 'a whole number from 1 to 100000' }),
        'how many calls may start at once after a time without calls; null takes a tenth of what rate allows in a second, and 1 at least',
      ),
    ),
    paused: Type.Optional(Type.Boolean({ description: 'true or false: while true, no call of the flow starts' })),
  },
  { $id: 'FlowPut', additionalProperties: false, description: 'a JSON object' },
)

/** The body that sets a flow. */
export type FlowPut = Static<typeof FlowPut>

/** Schema of a flow. */
export const Flow = Type.Object(
  {
    name: Type.String(),
    target: nullable(Type.String(), 'host and port of the tasks that are in the flow without naming it'),
    concurrency: nullable(Type.Integer(), 'how many calls run at once at most'),
    rate: nullable(Type.Integer(), 'how many calls start in period_seconds at most'),
    period_seconds: nullable(Type.Integer(), 'the time that rate is for'),
    burst: nullable(Type.Integer(), 'how many calls may start at once after a time without calls'),
    paused: Type.Boolean({ description: 'whether no call of the flow starts' }),
    paused_at: nullable(Time, 'since when it is paused'),
    calls: Type.Integer({
      description:
        'calls in flight, over all replicas, as of the last claim of each: those that have ended since are counted',
    }),
    tasks: Type.Integer({ description: `tasks in the flow, counted up to ${countedAtMost}` }),
    waiting: Type.Integer({ description: `tasks in the flow with a slot that is due, counted up to ${countedAtMost}` }),
    waiting_since: nullable(Time, 'when the oldest of these slots was due'),
    created_at: Time,
    updated_at: Time,
  },
  { $id: 'Flow' },
)

/** A flow as the API returns it. */
export type Flow = Static<typeof Flow>

/** Schema of one page of flows. */
export const FlowPage = cursorPageSchema(Flow, 'FlowPage')
