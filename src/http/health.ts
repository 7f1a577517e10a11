import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { ApiError, errorResponse } from './errors.ts'
import { refusal } from './responses.ts'

/** What the readiness of this process is made of; each is asked at every request. */
export interface Readiness {
  /** Why this process does not serve the API yet, as a sentence; undefined once it does. */
  starting?(): string | undefined
  /** Whether passes have been started and none has ended yet. */
  awaitsFirstPass?(): boolean
  /** Migrations that this version brings and the database lacks. Throws when the database does not answer. */
  pendingMigrations(): Promise<number>
  /** How long ago the last pass ended, in seconds, and how old it may be; undefined without a scheduler. */
  lastPass(): { ageSeconds: number; limitSeconds: number } | undefined
}

const Status = Type.Object({ status: Type.String() })

const openapi = (summary: string, refusals: Record<number, object> = {}) => ({
  summary,
  security: [],
  tags: ['health'],
  responses: {
    200: { description: 'Yes.', content: { 'application/json': { schema: Status } } },
    ...refusals,
  } as never,
})

/**
 * /health/live: the process is up. /health/ready: the database answers and is migrated, the first service exists, and a
 * first pass has ended and others follow.
 */
export function healthRoutes(readiness: Readiness) {
  const answer = (body: object) => Response.json(body, { headers: { 'cache-control': 'no-store' } })
  const notReady = (message: string) => errorResponse(new ApiError(503, message, undefined, { 'retry-after': '1' }))
  return new Elysia({ name: 'health', prefix: '/health' })
    .get('/live', () => answer({ status: 'live' }), { detail: openapi('Is the process up?') })
    .get(
      '/ready',
      async () => {
        const starting = readiness.starting?.()
        if (starting !== undefined) return notReady(starting)
        const pending = await readiness.pendingMigrations().catch(() => undefined)
        if (pending === undefined) return notReady('The database does not answer, or has no tables yet.')
        if (pending > 0) return notReady(`${pending} migrations are not applied yet: run \`bun run duly migrate\`.`)
        if (readiness.awaitsFirstPass?.()) return notReady('The first pass over due tasks has not ended yet.')
        const pass = readiness.lastPass()
        if (pass && pass.ageSeconds > pass.limitSeconds)
          return notReady(
            `The last pass over due tasks ended ${Math.round(pass.ageSeconds)} s ago; expected within ${pass.limitSeconds} s.`,
          )
        return answer({ status: 'ready' })
      },
      {
        detail: openapi('Has it started, does the database answer, is it migrated, do the passes go on?', {
          503: refusal(503, 'No, and why.'),
        }),
      },
    )
}
