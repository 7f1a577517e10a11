import { type Static, Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import { Id, oneOf } from '../formats/schema.ts'
import { asksForCursor, cursorParameters, cursorResponse, cursorText, linkHeader } from '../http/cursor-page.ts'
import { fieldsParameter, fieldsText, leavesOut, selectFields } from '../http/field-selection.ts'
import { listResponse, pageOf } from '../http/json-stream.ts'
import { operation } from '../http/operation.ts'
import { pageCount, pageNumber, readPage } from '../http/page.ts'
import { type Authenticate, requireService } from '../http/require-service.ts'
import { profileNameInput } from '../task-fields/connection-fields.ts'
import { inputs } from '../task-fields/fields.ts'
import { flowNameInput } from '../task-fields/flow-name.ts'
import { hostParameter } from '../task-fields/host-parameter.ts'
import { Key } from '../task-fields/identity.ts'
import { storablePattern } from '../task-fields/openapi-patterns.ts'
import { labelParameter, readLabels } from './label-filter.ts'
import { recentNames } from './list-additions.ts'
import {
  countTasks,
  type ListOptions,
  listBatch,
  positionSchema,
  type SortKey,
  sortKeys,
  type TaskCursor,
} from './list-queries.ts'
import { TaskListed, TaskPage } from './model.ts'
import { returnedColumns } from './queries.ts'
import { lastResults } from './task-filter.ts'

/** Tasks per statement of a stream. A sorted list uses larger batches, because each statement sorts all tasks. */
const batchSize = 100
const sortedBatchSize = 2_000

/** What `include` adds to tasks, in the order in which several of them are named. */
const additions = ['recent', 'alerts', 'failing', 'set'] as const

/** The values of `include`: each of the additions, and several of them in their order. */
const includes = Array.from({ length: 2 ** additions.length - 1 }, (_, choice) =>
  additions.filter((_, index) => ((choice + 1) >> index) & 1).join(','),
)

const ListQuery = Type.Object(
  {
    pageNumber: Type.Optional(pageNumber),
    count: Type.Optional(pageCount(1000)),
    ...cursorParameters,
    status: Type.Optional(inputs.status),
    result: Type.Optional(
      Type.Unsafe<string>({
        ...oneOf('TaskLastResult', lastResults),
        description:
          'failing: the last attempt failed; well: the task has run and is not failing; never: it has not run',
      }),
    ),
    search: Type.Optional(
      Type.String({
        format: 'search',
        documented: { maxLength: 200, pattern: storablePattern },
        description: 'a text of at most 200 characters, looked for in name and URL as it stands, in any case',
      }),
    ),
    id: Type.Optional(Id),
    key: Type.Optional(Key),
    host: Type.Optional(hostParameter),
    error: Type.Optional(
      Type.String({
        format: 'search',
        documented: { maxLength: 200, pattern: storablePattern },
        description:
          'a text of at most 200 characters, looked for in the last error of the tasks that are failing, as it stands, in any case',
      }),
    ),
    flow: Type.Optional({
      ...flowNameInput,
      description: `${flowNameInput.description}: the flow that limits the tasks, because they name it or have its target`,
    }),
    label: Type.Optional(labelParameter),
    sort: Type.Optional(
      Type.Unsafe<string>({
        ...oneOf('TaskSort', [...sortKeys, ...sortKeys.map((key) => `-${key}`)]),
        description: `one of ${sortKeys.join(', ')}, with - in front for the reverse; by failing_since, tasks that are not failing come last in both directions`,
      }),
    ),
    fields: Type.Optional(fieldsParameter),
    payload: Type.Optional(leavesOut('false, which leaves the payloads out, or true')),
    include: Type.Optional(
      Type.Unsafe<string>({
        ...oneOf('TaskInclude', includes),
        description:
          'recent, which adds the last 20 results of each task, alerts, which adds its open alerts, failing, which adds since when and how often it has failed, set, which adds the task set that it belongs to, or several of these in this order, with commas',
      }),
    ),
    calendar: Type.Optional({
      ...flowNameInput,
      description: `${flowNameInput.description}: the calendar that the tasks name`,
    }),
    tls_profile: Type.Optional({
      ...profileNameInput,
      description: `${profileNameInput.description}: the TLS profile that the tasks name`,
    }),
    recent_fields: Type.Optional(fieldsParameter),
  },
  { additionalProperties: false },
)

/** Converts the validated query of a list. */
function readOptions(query: Static<typeof ListQuery>, url: string): ListOptions {
  const { sort, include, status, result, search, id, key, host, flow, calendar, tls_profile, fields, payload } = query
  const { recent_fields } = query
  const order =
    sort === undefined ? undefined : { key: sort.replace('-', '') as SortKey, descending: sort.startsWith('-') }
  const included = include?.split(',') ?? []
  const names = selectFields(fields, returnedColumns, payload === 'false' ? ['payload'] : [])
  const namesOfRecent = selectFields(recent_fields, recentNames, [], '/recent_fields')
  return {
    filter: {
      ...{ status, result, search, id, key, host, error: query.error || undefined, flow, calendar, tls_profile },
      labels: readLabels(url),
    },
    order,
    recentNames: included.includes('recent') ? namesOfRecent : undefined,
    withAlerts: included.includes('alerts'),
    withFailing: included.includes('failing'),
    withSet: included.includes('set'),
    names,
  }
}

/** Creates the route GET /tasks, which lists all tasks as a stream, or a page of them by number or by cursor. */
export function listRoutes(sql: Sql, authenticate: Authenticate) {
  return new Elysia({ name: 'task-list', prefix: '/tasks', normalize: false, tags: ['tasks'] })
    .use(requireService(authenticate))
    .get(
      '/',
      async ({ serviceId, query, request }) => {
        const options = readOptions(query, request.url)
        const { filter, order } = options
        if (asksForCursor(query))
          return cursorResponse({
            ...{ request, serviceId, query },
            list: [filter, order],
            position: positionSchema(order),
            read: (start) => listBatch(sql, serviceId, options, start),
          })
        if (query.pageNumber === undefined && query.count === undefined) {
          const limit = order ? sortedBatchSize : batchSize
          return listResponse<TaskCursor>({
            request,
            serviceId,
            next: (last) => listBatch(sql, serviceId, options, { last, offset: 0, limit }),
          })
        }
        const frame = countTasks(sql, serviceId, filter).then((total) => ({
          headers: { 'x-total-count': String(total) },
        }))
        const next = pageOf<TaskCursor>(readPage(query, 100), (start) => listBatch(sql, serviceId, options, start))
        return listResponse({ request, serviceId, next, frame })
      },
      {
        query: ListQuery,
        scope: 'read',
        detail: operation(
          'listTasks',
          'List tasks, newest first',
          {
            status: 200,
            description: `All tasks of the service as an array, or one page of it when pageNumber or count is given (count is then 100 by default). ${cursorText} A list sorted by a value that changes, such as scheduled_at, shows a task again, or not at all, when it moves past the position of the cursor. ${fieldsText} \`recent_fields\` does the same for the results in \`recent\`.`,
            schema: Type.Union([Type.Array(TaskListed, { $id: 'TaskArray' }), TaskPage], { $id: 'TaskList' }),
            headers: {
              ...linkHeader,
              'X-Total-Count': { description: 'How many tasks match; with paging only.', schema: { type: 'integer' } },
            },
            revalidates: true,
          },
          [400],
        ),
      },
    )
}
