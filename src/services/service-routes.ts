import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { readService, setCatchUp } from './catch-up.ts'
import { readRetention, setRetention } from './retention.ts'
import {
  type LabelDays,
  type OwnDays,
  Retention,
  RetentionPut,
  readOwnDays,
  retentionFaults,
  type ServerDays,
  serverDays,
  withKept,
} from './retention-model.ts'
import { Service, ServicePut } from './service-model.ts'

/** The service was deleted after its token had been checked. */
const gone = () => new ApiError(401, 'The service of this token was deleted.')

const shownRetention = (
  { execution_days, failure_days, answer_days }: OwnDays,
  labels: readonly LabelDays[],
  server: ServerDays,
) => ({
  ...withKept({ execution_days, failure_days, answer_days }, server),
  server: serverDays(server),
  labels: labels.map((label) => withKept(label, server)),
})

/**
 * Creates the routes of /service: what can be set of the service whose token is sent.
 * @param server for how long the server keeps executions
 */
export function serviceRoutes(sql: Sql, authenticate: Authenticate, server: ServerDays) {
  return new Elysia({ name: 'service', prefix: '/service', normalize: false, tags: ['service'] })
    .use(requireService(authenticate))
    .get(
      '/',
      async ({ serviceId }) => {
        const service = await readService(sql, serviceId)
        if (!service) throw gone()
        return service
      },
      {
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getService',
          'Get the service of the token',
          { status: 200, description: 'The service.', schema: Service },
          [400],
        ),
      },
    )
    .put(
      '/',
      async ({ caller, body }) => {
        const service = await setCatchUp(sql, caller.serviceId, body.catch_up_per_second, caller.actor())
        if (!service) throw gone()
        return service
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        scope: 'write',
        body: ServicePut,
        detail: operation(
          'setService',
          'Set how many late slots of the service start in a second',
          { status: 200, description: 'The service as it is now.', schema: Service },
          [400, 413, 415],
        ),
      },
    )
    .get(
      '/retention',
      async ({ serviceId }) => {
        const days = await readRetention(sql, serviceId)
        if (!days) throw gone()
        return shownRetention(days, days.labels, server)
      },
      {
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getRetention',
          'Get for how long the executions of the service are kept',
          { status: 200, description: 'What the service has set, and what holds.', schema: Retention },
          [400],
        ),
      },
    )
    .put(
      '/retention',
      async ({ caller, body }) => {
        const days = readOwnDays(body)
        const faults = retentionFaults(days, server)
        if (faults.length > 0) throw invalid(faults)
        const labels = await setRetention(sql, caller.serviceId, days, caller.actor())
        if (!labels) throw gone()
        return shownRetention(days, labels, server)
      },
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        scope: 'write',
        body: RetentionPut,
        detail: operation(
          'setRetention',
          'Set for how long the executions of the service are kept, if shorter than the server does',
          {
            status: 200,
            description:
              'As it is now. What is past it is dropped in the background, within an hour or so; what is longer than before brings nothing back.',
            schema: Retention,
          },
          [400, 413, 415],
        ),
      },
    )
}
