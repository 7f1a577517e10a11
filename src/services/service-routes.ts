import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { ApiError } from '../http/errors.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { readService, setCatchUp } from './catch-up.ts'
import { Service, ServicePut } from './service-model.ts'

/** The service was deleted after its token had been checked. */
const gone = () => new ApiError(401, 'The service of this token was deleted.')

/** Creates the routes of /service: what can be set of the service whose token is sent. */
export function serviceRoutes(sql: Sql, authenticate: Authenticate) {
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
}
