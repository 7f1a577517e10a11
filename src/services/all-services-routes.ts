import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { cursorParameters, cursorResponse } from '../http/cursor-page.ts'
import { listRoute } from '../http/list-route.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { storablePattern } from '../task-fields/openapi-patterns.ts'
import { listAllBatch, servicePosition } from './all-services.ts'
import { ServicePage } from './all-services-model.ts'

const ListQuery = Type.Object(
  {
    ...cursorParameters,
    search: Type.Optional(
      Type.String({
        format: 'search',
        documented: { maxLength: 200, pattern: storablePattern },
        description: 'up to 200 characters: only services whose name contains this, in any case',
      }),
    ),
    failing: Type.Optional(Type.Literal('true', { description: 'true: only services with failing tasks' })),
  },
  { additionalProperties: false },
)

/** Creates the route /services, for operators. */
export function allServicesRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'all-services', normalize: false, tags: ['service'] })
    .use(requireService(authenticate))
    .get(
      '/services',
      ({ request, serviceId, query: { search, failing, ...query } }) => {
        const filter = { search: search?.toLowerCase(), failing: failing === 'true' }
        return cursorResponse({
          request,
          serviceId,
          query,
          list: [filter.search ?? null, filter.failing],
          position: servicePosition,
          read: (start) => listAllBatch(sql, filter, start),
        })
      },
      {
        ...listRoute('listServices', 'List all services, by name, with how they are', ServicePage),
        query: ListQuery,
        scope: 'operator',
      },
    )
}
