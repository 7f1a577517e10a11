import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import type { Scratch } from '../database.ts'
import type { Load, LoadResult } from '../load.ts'
import { Program } from '../process.ts'
import { number, spread, verdict } from '../report.ts'
import { farAhead, seedServices, seedTasks, token } from '../seed.ts'
import { startService, stopService } from '../service.ts'

const clients = 32
/** So few that counting them for a page costs little. That cost is the same for both and would hide the differences. */
const tasksStored = 200
const executionsEach = 20
const pageSize = 20
/** The rate by which the timeout is computed, in requests per second. */
const slowest = 100

const newTask = {
  name: 'task {n}',
  url: 'http://127.0.0.1:9/',
  method: 'POST',
  header: { Accept: 'application/json' },
  payload: '{}',
  frequency: 1,
  unit: 'day',
}

type Request = Pick<Load, 'method' | 'path' | 'body' | 'status' | 'ids'> & { readonly service: string }

export const api: Table = {
  name: 'api',
  about: 'create, get, list and executions against a bare Elysia',
  async measure(bench) {
    const database = await bench.server.fresh()
    const { reading, writing, ids } = await fill(database)
    const { program, base } = await startService(database.url, { SCHEDULER_ENABLED: 'false' })
    const bare = new Program('bench/bare-api.ts', [], { DATABASE_URL: database.url })
    const [bareBase] = await bare.says(/^http.*$/m)
    const read = (path: string): Request => ({ service: reading, method: 'GET', path, body: null, status: 200, ids })
    const requests = new Map<string, Request>([
      ['get', read('/tasks/{id}')],
      ['list', read(`/tasks?pageNumber=0&count=${pageSize}`)],
      ['executions', read('/tasks/{id}/executions')],
      // Last, because it makes the table grow.
      ['create', { ...read('/tasks'), service: writing, method: 'POST', body: JSON.stringify(newTask), status: 201 }],
    ])
    const found = new Map<string, { duly: LoadResult[]; bare: LoadResult[] }>()
    for (const [name, request] of requests) {
      bench.say(`  ${name}`)
      const results = await interleave(
        bench,
        new Map([
          ['Duly', () => load(bench, base, request)],
          ['bare Elysia', () => load(bench, bareBase, request)],
        ]),
        ({ perSecond, p99 }) => `${number(perSecond)} requests/s, p99 ${number(p99, 1)} ms`,
      )
      found.set(name, { duly: results.get('Duly') ?? [], bare: results.get('bare Elysia') ?? [] })
    }
    await bare.stop()
    await stopService(program)
    await database.drop()
    const rates = (results: readonly LoadResult[]) => results.map(({ perSecond }) => perSecond)
    const p99s = (results: readonly LoadResult[]) => results.map(({ p99 }) => p99)
    return {
      title: 'API against a bare Elysia',
      columns: ['', 'Duly, requests/s', 'bare, requests/s', 'Duly ÷ bare', 'Duly, p99 ms', 'bare, p99 ms'],
      rows: [...found].map(([name, { duly, bare }]) => [
        name,
        spread(rates(duly)),
        spread(rates(bare)),
        spread(ratios(rates(duly), rates(bare)), 2),
        spread(p99s(duly), 1),
        spread(p99s(bare), 1),
      ]),
      verdicts: [...found].flatMap(([name, { duly, bare }]) => [
        verdict(`${name}, requests/s, Duly ÷ bare`, ratios(rates(duly), rates(bare)), { atLeast: 0.8 }),
        verdict(`${name}, p99, bare ÷ Duly`, ratios(p99s(bare), p99s(duly)), { atLeast: 0.8 }),
      ]),
      notes: [
        `\`SCHEDULER_ENABLED=false\`; ${number(requestsOf(bench))} requests each by ${clients} clients with one keep-alive connection each, from one process. Both APIs run all the time; only one gets requests at a time.`,
        'The bare server checks credentials with the same function, sends the same statements over the same number of connections, and does nothing else: no schemas, no deadline, no error handling.',
        `A service has ${number(tasksStored)} tasks of ${executionsEach} executions each; create writes to another service. list is a page of ${pageSize}, executions a page of 10, each with its total.`,
      ],
    }
  },
}

const requestsOf = ({ tasks }: Bench) => Math.round(tasks / 5)

async function load(bench: Bench, url: string, { service, ...request }: Request): Promise<LoadResult> {
  const headers = { service_id: service, token, 'content-type': 'application/json' }
  const requests = requestsOf(bench)
  const work: Load = { ...request, url, headers, requests, clients }
  const program = new Program('bench/load.ts', [], {}, JSON.stringify(work))
  return JSON.parse(await program.output(30_000 + (requests / slowest) * 1000)) as LoadResult
}

/** Creates a service to read from, and an empty one to write to. */
async function fill({ sql }: Scratch): Promise<{ reading: string; writing: string; ids: string[] }> {
  const [reading = '', writing = ''] = await seedServices(sql, 2)
  await seedTasks(sql, { count: tasksStored, urls: ['http://127.0.0.1:9/'], services: [reading], at: farAhead(sql) })
  await sql`
    insert into execution (
      service_id, task_id, id, slot_id, created_at, scheduled_for, started_at, status, status_code, duration_ms, replica_id,
      response
    )
    select
      service_id, task.id, gen_random_uuid(), gen_random_uuid(), at, at, at, 'success', 200, 12, gen_random_uuid(),
      '{"ok":true}'
    from task
    cross join generate_series(1, ${executionsEach}::integer) as n
    cross join lateral (select now() - n * interval '1 second' as at) as slot`
  await sql`vacuum analyze`
  const rows = await sql<{ id: string }[]>`select id from task where service_id = ${reading} order by id`
  return { reading, writing, ids: rows.map(({ id }) => id) }
}
