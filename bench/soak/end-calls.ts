import type { Sql } from '../../src/database/sql.ts'
import { countConnections } from '../connections.ts'
import type { Program } from '../process.ts'
import { Client, type Holding } from './client.ts'
import type { Addresses } from './tasks.ts'

/** The longest timeout of a task of the soak, and some time more. */
const callsEndWithinMs = 120_000
/** How long after the last call the connections are counted. */
export const closedWithinMs = 2_000
/** The most tasks of one request. */
const pausedAtOnce = 1_000
const lookEveryMs = 100

/** The service of the soak and what it calls. */
export interface Calls {
  readonly program: Program
  readonly base: string
  readonly holdings: readonly Holding[]
  readonly addresses: Addresses
  readonly sql: Sql
}

/**
 * Pauses all active tasks through the API, and counts connections two seconds after the last call: first those to the
 * targets that answer, then those to the target that does not, whose last calls end up to 90 s later.
 * @returns how many connections the service still has
 * @throws if calls do not end
 */
export async function countIdleConnections(calls: Calls): Promise<number> {
  const client = new Client(calls.base, calls.holdings)
  for (const { service } of calls.holdings) await pauseAll(client, service)
  const wrong = Object.keys(client.tally.wrong)[0]
  if (wrong) throw new Error(`The tasks could not be paused at the end of the soak: ${wrong}`)
  const { hung, ...answering } = calls.addresses
  return (await countAfterCalls(calls, Object.values(answering))) + (await countAfterCalls(calls, [hung]))
}

async function countAfterCalls({ program, sql }: Calls, addresses: readonly string[]): Promise<number> {
  const until = performance.now() + callsEndWithinMs
  for (let open = await countOpen(sql, addresses); open > 0; open = await countOpen(sql, addresses)) {
    if (performance.now() > until) throw new Error(`${open} executions are still open after the soak.`)
    await Bun.sleep(lookEveryMs)
  }
  await Bun.sleep(closedWithinMs)
  return countConnections(program.pid, new Set(addresses.map((address) => Number(new URL(address).port))))
}

async function pauseAll(client: Client, service: string): Promise<void> {
  const listed = await client.ask('/tasks?status=active', service)
  const ids = (JSON.parse(listed?.text ?? '[]') as { id: string }[]).map(({ id }) => id)
  for (let from = 0; from < ids.length; from += pausedAtOnce)
    await client.ask('/tasks/status', service, {
      method: 'POST',
      body: { ids: ids.slice(from, from + pausedAtOnce), status: 'paused' },
    })
}

/** Counts the open executions of tasks that call these addresses. */
async function countOpen(sql: Sql, addresses: readonly string[]): Promise<number> {
  const [row] = await sql<{ open: number }[]>`
    select count(*)::int as open
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.status in ('started', 'queued')
      and substring(task.url from ':([0-9]+)/') = any (${addresses.map((address) => new URL(address).port)})`
  return row?.open ?? 0
}
