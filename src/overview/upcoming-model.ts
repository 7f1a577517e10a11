import { type Static, Type } from '@sinclair/typebox'
import { Id, Time } from '../formats/schema.ts'
import { pageCount, pageNumber, pageSchema } from '../http/page.ts'
import { outputs } from '../task-fields/fields.ts'

/** The most starts of a task that are listed. */
export const startsAtMost = 3

/** Schema of the query of the tasks of a quarter hour. */
export const UpcomingQuery = Type.Object(
  {
    at: { ...Time, description: 'the beginning of a quarter hour of the coming day, as in upcoming of the overview' },
    pageNumber: Type.Optional(pageNumber),
    count: Type.Optional(pageCount(1000)),
  },
  { additionalProperties: false },
)

const { frequency, unit, cron, time_zone, spread_seconds } = outputs

/** Schema of a task that runs in a quarter hour. */
const UpcomingTask = Type.Object(
  {
    id: Id,
    name: Type.String(),
    ...{ frequency, unit, cron, time_zone, spread_seconds },
    runs: Type.Integer({ minimum: 1, description: 'how often it runs in this quarter hour' }),
    starts: Type.Array(Time, {
      minItems: 1,
      maxItems: startsAtMost,
      description: `when it starts in this quarter hour, the first ${startsAtMost} times`,
    }),
  },
  { $id: 'UpcomingTask' },
)

/** Schema of the tasks of a quarter hour. */
export const UpcomingPage = pageSchema(UpcomingTask, 'UpcomingPage')

/** A task that runs in a quarter hour. */
export type UpcomingTask = Static<typeof UpcomingTask>

/** A page of the tasks of a quarter hour. */
export type UpcomingPage = Static<typeof UpcomingPage>
