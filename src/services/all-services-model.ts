import { type Static, Type } from '@sinclair/typebox'
import { Id, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })

/** Schema of a service as operators see it. */
export const ServiceState = Type.Object(
  {
    id: Id,
    name: Type.String(),
    created_at: Time,
    failing: count('how many tasks are failing: the last attempt failed, and they are tried again'),
    alerts: count('how many alerts are open'),
    late: count('how many of these alerts are of tasks that have not started'),
    success: count('how many executions succeeded in the last 24 hours, rounded to quarter hours'),
    failed: count('how many failed'),
    skipped: count('how many were skipped'),
  },
  { $id: 'ServiceState' },
)

/** A service as operators see it. */
export type ServiceState = Static<typeof ServiceState>

/** Schema of one page of all services. */
export const ServicePage = cursorPageSchema(ServiceState, 'ServicePage')
