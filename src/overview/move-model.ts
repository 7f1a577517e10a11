import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { exactlyOne } from '../task-fields/openapi-patterns.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Schema of how many runs are due in a quarter hour. */
export const DueRuns = Type.Object({ at: Time, count: count('runs that are due in it') }, { $id: 'DueRuns' })

const LeftOut = Type.Object(
  {
    id: Id,
    name: nullable(Type.String()),
    reason: oneOf('RunsLeftOutReason', [
      ...(['not_found', 'no_run_to_come', 'running', 'changed', 'has_spread', 'no_spread'] as const),
      ...([
        'too_often',
        'due',
        'past',
        'pattern',
        'other_day',
        'ends',
        'retry',
        'out_of_range',
        'no_time',
        'database',
      ] as const),
    ]),
    message: Type.String({ description: 'the reason in words' }),
  },
  { $id: 'RunsLeftOut' },
)

const choice = {
  at: Type.Optional({
    ...Time,
    description:
      'the beginning of a quarter hour of the coming day, as in upcoming of the overview: all tasks that run in it',
  }),
  ids: Type.Optional(
    Type.Array(Id, { minItems: 1, maxItems: 20_000, description: 'an array of 1 to 20,000 ids of tasks' }),
  ),
}
const dry_run = Type.Optional(Type.Boolean({ description: 'true: only answers what it would lead to' }))
const rest = {
  additionalProperties: false,
  documented: exactlyOne({ at: {}, ids: {} }),
  description: 'a JSON object',
}

/** Schema of a request that spreads runs. */
export const RunsSpread = Type.Object(
  {
    ...choice,
    spread_seconds: Type.Integer({
      minimum: 0,
      maximum: 86_400,
      description:
        'a whole number from 1 to 86400; with ids also 0, which takes the spread away from tasks that have one',
    }),
    versions: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), {
        minItems: 1,
        maxItems: 20_000,
        description: 'an array of versions, one for each of ids: a task that has another one since is left out',
      }),
    ),
    dry_run,
  },
  { ...rest, $id: 'RunsSpread', examples: [{ at: '2026-11-29T02:00:00Z', spread_seconds: 3600, dry_run: true }] },
)

/** Schema of a request that moves runs. */
export const RunsMove = Type.Object(
  {
    ...choice,
    minutes: Type.Integer({
      minimum: -1_439,
      maximum: 1_439,
      description: 'a whole number from -1439 to 1439, earlier if it is negative',
    }),
    dry_run,
  },
  { ...rest, $id: 'RunsMove', examples: [{ at: '2026-11-29T02:00:00Z', minutes: 20, dry_run: true }] },
)

const result = (verb: string) => ({
  tasks: count(`tasks that are ${verb} now, or would be; at most 20,000 in one request`),
  left: count('tasks that are meant and are not'),
  changed: Type.Array(Id, { maxItems: 20_000, description: 'the tasks that were changed; none with dry_run' }),
  left_out: Type.Array(LeftOut, { maxItems: 100, description: 'the first 100 of these, and why' }),
  before: Type.Array(DueRuns, { description: 'the quarter hours of the coming day, before' }),
  upcoming: Type.Array(DueRuns, { description: 'the quarter hours of the coming day, afterwards' }),
})

/** Schema of what spreading leads to. */
export const SpreadRuns = Type.Object(
  {
    ...result('spread'),
    versions: Type.Array(Type.Integer({ minimum: 1 }), {
      maxItems: 20_000,
      description:
        'the version of each task of changed, since the change. None of them had a spread before: with both, and spread_seconds 0, the same request undoes it',
    }),
  },
  { $id: 'SpreadRuns' },
)

/** Schema of what moving leads to. */
export const MovedRuns = Type.Object(result('moved'), { $id: 'MovedRuns' })

/** How many runs are due in a quarter hour. */
export type DueRuns = Static<typeof DueRuns>
/** A task that was not moved or spread, and why. */
export type LeftOutRuns = Static<typeof LeftOut>
/** A request that spreads runs. */
export type RunsSpread = Static<typeof RunsSpread>
/** A request that moves runs. */
export type RunsMove = Static<typeof RunsMove>
/** What spreading leads to. */
export type SpreadRuns = Static<typeof SpreadRuns>
/** What moving leads to. */
export type MovedRuns = Static<typeof MovedRuns>
