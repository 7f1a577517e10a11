import { type Static, Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { BatchStart, CountedBatch } from '../../database/bounded-batch.ts'
import type { DatabaseClock } from '../../database/clock.ts'
import { readPruned } from '../../database/planned.ts'
import type { Sql } from '../../database/sql.ts'
import { inUtc } from '../../formats/time.ts'
import { cursorParameters, cursorResponse, linkHeader } from '../../http/cursor-page.ts'
import { jsonResponse } from '../../http/held-body.ts'
import { operation } from '../../http/operation.ts'
import { noQuery } from '../../http/query.ts'
import { type Authenticate, readBody, requireService } from '../../http/require-service.ts'
import { mebibyte } from '../../http/strict-json.ts'
import { IdempotencyHeaders } from '../../idempotency/key.ts'
import { labelParameter, readLabels } from '../../tasks/label-filter.ts'
import type { Execution } from '../model.ts'
import { FailureSummary, summarizeFailures } from './failure-summary.ts'
import { type Filter, type Found, type Key, positionOf, type Start, startSchema } from './filter.ts'
import { FoundPage } from './model.ts'
import { filterParameters, statusParameter, timeParameters } from './parameters.ts'
import { readFound } from './read-found.ts'
import { runAgain } from './run-again.ts'
import { mostExecutions, mostTasks, RanAgain, RunAgain } from './run-again-model.ts'
import { search } from './search.ts'

const queryParameters = {
  ...filterParameters,
  label: Type.Optional(labelParameter),
  status_code: Type.Optional(
    Type.String({
      pattern: '^[1-9][0-9]{2}$',
      documented: { type: 'integer', pattern: undefined, minimum: 100, maximum: 999 },
      description: 'an HTTP status from 100 to 999',
    }),
  ),
}

const FailuresQuery = Type.Object(
  { ...timeParameters('by when they failed'), ...queryParameters },
  { additionalProperties: false },
)

const SearchQuery = Type.Object(
  {
    ...cursorParameters,
    status: Type.Optional(statusParameter),
    ...timeParameters('by when they were created, or with status=failed by when they failed'),
    ...queryParameters,
    include: Type.Optional(
      Type.String({ pattern: '^response$', description: 'response, which adds what the target answered' }),
    ),
  },
  { additionalProperties: false },
)

const toFilter = (serviceId: string, query: Static<typeof FailuresQuery>, url: string): Filter => ({
  serviceId,
  from: inUtc(query.from ?? null) ?? undefined,
  to: inUtc(query.to ?? null) ?? undefined,
  taskId: query.task_id,
  labels: readLabels(url),
  host: query.host,
  taskName: query.task_name || undefined,
  statusCode: query.status_code === undefined ? undefined : Number(query.status_code),
  text: query.text || undefined,
})

/**
 * The routes GET /executions, which searches the executions of all tasks, POST /executions/run-again, which runs the tasks of those that
 * match, and GET /failures, which counts failed ones.
 */
export function searchRoutes(sql: Sql, authenticate: Authenticate, clock: DatabaseClock) {
  return new Elysia({ name: 'execution-search', normalize: false, tags: ['executions'] })
    .use(requireService(authenticate))
    .get(
      '/executions',
      ({ serviceId, query, request }) => {
        const statuses = query.status?.split(',') as Execution['status'][] | undefined
        const filter = { ...toFilter(serviceId, query, request.url), statuses }
        return cursorResponse({
          ...{ request, serviceId, query },
          list: Object.values({ ...filter, serviceId: null }),
          position: startSchema,
          read: reader(sql, filter, query.include === 'response'),
        })
      },
      {
        query: SearchQuery,
        scope: 'read',
        detail: operation(
          'listExecutions',
          'Search the executions of all tasks, newest first',
          {
            status: 200,
            description:
              'A page with `next_cursor`, which is the `cursor` of the next one; 100 records by default. While `next_cursor` is not null, a page may have fewer records than `limit`, or none: a search that finds little among many executions stops after 0.1 s or so and goes on with the next page. With `status=failed` it always fills the page, and `from`, `to` and the order go by when the executions failed; with any other `status`, or none, by when they were created.',
            schema: FoundPage,
            headers: linkHeader,
            revalidates: true,
          },
          [400],
        ),
      },
    )
    .post(
      '/executions/run-again',
      ({ caller, body, headers }) => runAgain(sql, caller, body, headers['idempotency-key'], clock.now()),
      {
        parse: readBody(authenticate, mebibyte),
        query: noQuery,
        headers: IdempotencyHeaders,
        body: RunAgain,
        scope: 'run',
        detail: operation(
          'runExecutionsAgain',
          'Run the tasks of the executions that match, each once',
          {
            status: 200,
            description: `The tasks that were queued to run now, paused and disabled ones too, and those that were left out, and why. It takes the filters of \`GET /executions\`. All or none are queued, and it cannot be undone; schedules stay as they are. A request that more than ${mostExecutions} executions match, or those of more than ${mostTasks} tasks, is refused.`,
            schema: RanAgain,
          },
          [400, 409, 413, 415],
        ),
      },
    )
    .get(
      '/failures',
      async ({ serviceId, query, request }) => {
        const filter = toFilter(serviceId, query, request.url)
        return jsonResponse(request, serviceId, await readPruned(sql, (own) => summarizeFailures(own, filter)))
      },
      {
        query: FailuresQuery,
        scope: 'read',
        detail: operation(
          'summarizeFailures',
          'Count failed executions by error and host',
          {
            status: 200,
            description:
              'Counts of what `GET /executions?status=failed` finds, by when it failed, in groups of one error and one host, and how many of the tasks are well again.',
            schema: FailureSummary,
            revalidates: true,
          },
          [400],
        ),
      },
    )
}

/** Returns a function that searches once and reads what was found in batches, for one page. */
function reader(sql: Sql, filter: Filter, withResponse: boolean) {
  let found: Found | undefined
  return async ({ last, limit }: BatchStart<Start>): Promise<CountedBatch<Start>> => {
    const { keys, next } = found ?? (await readPruned(sql, (own) => search(own, filter, last, limit)))
    const { json, count, read } = await readPruned(sql, (own) => readFound(own, filter, keys, withResponse))
    found = { keys: keys.slice(read), next }
    const isAll = read === keys.length
    const position = isAll ? next : positionOf(keys[read - 1] as Key)
    return { json, count, last: position as Start, more: position !== undefined, endsPage: isAll }
  }
}
