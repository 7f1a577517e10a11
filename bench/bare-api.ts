import { Elysia } from 'elysia'
import { DatabaseClock } from '../src/database/clock.ts'
import { connect } from '../src/database/connect.ts'
import { executionNames } from '../src/executions/model.ts'
import { countExecutions, listBatch as listExecutions } from '../src/executions/queries.ts'
import { createLog } from '../src/log/log.ts'
import { OutboundPolicy } from '../src/outbound/policy.ts'
import { SecretNames } from '../src/secrets/names.ts'
import { Secrets } from '../src/secrets/secrets.ts'
import { createAuthenticator } from '../src/services/authenticate.ts'
import { createTasks } from '../src/tasks/create.ts'
import { TaskIds } from '../src/tasks/ids.ts'
import { toNewTask } from '../src/tasks/input.ts'
import { countTasks, listBatch as listTasks } from '../src/tasks/list-queries.ts'
import type { TaskCreate } from '../src/tasks/model.ts'
import { findTask, returnedColumns } from '../src/tasks/queries.ts'

/**
 * The upper bound for the API, as a separate process: a bare Elysia server that checks credentials as the service does, sends
 * the same statements over the same number of connections, and returns the results. It has no schemas, documentation,
 * deadline or error handling. Prints its address.
 */
const clock = new DatabaseClock()
const rules = {
  policy: new OutboundPolicy({ policy: 'internal', allow: [], deny: [], keepAlive: true }),
  secrets: new Secrets(new SecretNames([]), undefined),
  ids: new TaskIds(clock),
}
const sql = connect(Bun.env.DATABASE_URL ?? '', { max: 5, statementTimeoutSeconds: 10, name: 'duly bench bare api' })
const newestFirst = {
  filter: {},
  order: undefined,
  recentNames: undefined,
  withAlerts: false,
  withFailing: false,
  withSet: false,
  names: returnedColumns,
}
const authenticate = createAuthenticator({ sql, log: createLog('silent'), trustedProxies: [], clock })

const app = new Elysia()
  .post('/tasks', async ({ request, body, set }) => {
    const caller = await authenticate(request)
    set.status = 201
    return (await createTasks(sql, rules.secrets, caller, [toNewTask(rules, body as TaskCreate)]))[0]
  })
  .get('/tasks', async ({ request, query }) => {
    const { serviceId } = await authenticate(request)
    const limit = Number(query.count)
    const page = { last: undefined, offset: Number(query.pageNumber) * limit, limit }
    const [total, tasks] = await Promise.all([
      countTasks(sql, serviceId, {}),
      listTasks(sql, serviceId, newestFirst, page),
    ])
    const headers = { 'content-type': 'application/json', 'x-total-count': String(total) }
    return new Response(`[${tasks.json ?? ''}]`, { headers })
  })
  .get('/tasks/:taskId', async ({ request, params }) => {
    const { serviceId } = await authenticate(request)
    return findTask(sql, serviceId, params.taskId)
  })
  .get('/tasks/:taskId/executions', async ({ request, params }) => {
    const { serviceId } = await authenticate(request)
    const page = { last: undefined, offset: 0, limit: 10 }
    const [total, records] = await Promise.all([
      countExecutions(sql, serviceId, params.taskId, undefined),
      listExecutions(sql, serviceId, params.taskId, { names: executionNames }, page),
    ])
    const text = `{"total_count":${total},"page_number":0,"count":10,"records":[${records.json ?? ''}]}`
    return new Response(text, { headers: { 'content-type': 'application/json' } })
  })
  .listen({ hostname: '127.0.0.1', port: 0 })

console.log(`http://127.0.0.1:${app.server?.port}`)
