import { Elysia } from 'elysia'
import type { Metrics } from './metrics.ts'

/** The route /metrics. It needs no credentials, because metrics contain no ids, names or URLs. */
export function metricsRoutes(metrics: Metrics) {
  return new Elysia({ name: 'metrics' }).get(
    '/metrics',
    async () =>
      new Response(await metrics.text(), {
        headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' },
      }),
    {
      detail: {
        operationId: 'getMetrics',
        summary: 'Figures for Prometheus',
        description:
          'What each one means is in docs/metrics.md. With the database away it answers all the same: `duly_database_up` is 0, and what only the database knows is left out.',
        security: [],
        tags: ['health'],
        responses: {
          200: {
            description: "Prometheus' text format.",
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          400: { $ref: '#/components/responses/BadRequest' },
        } as never,
      },
    },
  )
}
