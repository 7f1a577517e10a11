import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'

/** The most late slots that a limit may let start in a second. */
export const perSecondAtMost = 100_000

const perSecondText = 'how many late slots start in a second at most, as after an outage'

/** Schema of a service: the one whose token was sent. */
export const Service = Type.Object(
  {
    id: Id,
    name: Type.String(),
    catch_up_per_second: nullable(Type.Integer(), `${perSecondText}; null for no limit`),
    created_at: Time,
  },
  { $id: 'Service' },
)

/** A service as the API returns it. */
export type Service = Static<typeof Service>

/** Schema of the body that sets what can be set of a service. */
export const ServicePut = Type.Object(
  {
    catch_up_per_second: nullable(
      Type.Integer({
        minimum: 1,
        maximum: perSecondAtMost,
        description: `a whole number from 1 to ${perSecondAtMost}`,
      }),
      `${perSecondText}: a whole number from 1 to ${perSecondAtMost}, or null for no limit`,
    ),
  },
  {
    $id: 'ServicePut',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ catch_up_per_second: 200 }],
  },
)
