import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { ApiError } from './errors.ts'
import { errorEntry } from './operation.ts'

/** The conditions of /health/ready. Each function is called on every request. */
export interface Readiness {
  /** Returns why this process does not serve the API yet, as a sentence; undefined once it does. */
  starting(): string | undefined
  /** Whether the scheduler has started and its first pass has not ended yet. */
  awaitsFirstPass(): boolean
  /** Returns how many migrations the database lacks. Throws when the database does not answer. */
  pendingMigrations(): Promise<number>
  /** Returns how long ago the last pass ended and its limit, in seconds; undefined without a scheduler. */
  lastPass(): { ageSeconds: number; limitSeconds: number } | undefined
}

const Status = Type.Object({ status: Type.String() }, { $id: 'HealthStatus', examples: [{ status: 'live' }] })

const openapi = (operationId: string, summary: string, errors: Record<number, object> = {}) => ({
  operationId,
  summary,
  security: [],
  tags: ['health'],
  responses: {
    200: { description: 'Yes.', content: { 'application/json': { schema: Status } } },
    400: errorEntry(400),
    ...errors,
  } as never,
})

/**
 * The health checks, without credentials. /health/live responds 200 while the process runs. /health/ready responds 200 when
 * the database answers and has all migrations, the first service exists, and the last pass is recent; else 503 with the
 * reason.
 */
export function healthRoutes(readiness: Readiness) {
  const ok = (body: object) => Response.json(body, { headers: { 'cache-control': 'no-store' } })
  const notReady = (message: string) => new ApiError('not_ready', message, undefined, { 'retry-after': '1' })
  return new Elysia({ name: 'health', prefix: '/health' })
    .get('/live', () => ok({ status: 'live' }), { detail: openapi('checkLiveness', 'Is the process up?') })
    .get(
      '/ready',
      async () => {
        const starting = readiness.starting()
        if (starting !== undefined) throw notReady(starting)
        const pending = await readiness.pendingMigrations().catch(() => undefined)
        if (pending === undefined) throw notReady('The database does not answer, or has no tables yet.')
        if (pending > 0) throw notReady(`${pending} migrations are not applied yet: run \`bun run duly migrate\`.`)
        if (readiness.awaitsFirstPass()) throw notReady('The first pass over due tasks has not ended yet.')
        const pass = readiness.lastPass()
        if (pass && pass.ageSeconds > pass.limitSeconds)
          throw notReady(
            `The last pass over due tasks ended ${Math.round(pass.ageSeconds)} s ago; expected within ${pass.limitSeconds} s.`,
          )
        return ok({ status: 'ready' })
      },
      {
        detail: openapi(
          'checkReadiness',
          'Has it started, does the database answer, is it migrated, do the passes go on?',
          {
            503: errorEntry(503, 'No, and why.'),
          },
        ),
      },
    )
}
