import { readPruned } from '../../database/planned.ts'
import type { Sql } from '../../database/sql.ts'
import { formatTime, inUtc } from '../../formats/time.ts'
import type { Caller } from '../../http/caller.ts'
import { invalid } from '../../http/errors.ts'
import { batchesMs } from '../../http/timeout.ts'
import { findKey, keyUsed } from '../../idempotency/key.ts'
import { wantedLabels } from '../../tasks/label-filter.ts'
import type { Filter, Start } from './filter.ts'
import { mostExecutions, mostTasks, type RanAgain, type RunAgain } from './run-again-model.ts'
import { type Matched, type Outcome, planRunAgain, queueRunAgain } from './run-again-queries.ts'
import { search } from './search.ts'

/** So many executions are looked for at once. */
const pageSize = 1_000

const messages = {
  busy: 'An execution of it is queued or running: run it again when that has ended.',
  deleted: 'It has been deleted.',
  well: 'It is not failing any more.',
}

/** How much one request may do. */
interface Limits {
  readonly tasks: number
  readonly executions: number
  /** For how long it begins another search, in ms. */
  readonly ms: number
}

/**
 * Runs each task once, now, of which executions match a filter, or only says what that would lead to. Tasks of which an execution is
 * queued or running are left out, and on demand those that are well. With an idempotency key that the same request used within 24 hours, returns what was answered then.
 * @param now the database's time, in ms
 * @throws ApiError 400 for a wrong filter, and where more match than one request takes or can look through; 409 when the key was used
 * for another request
 */
export async function runAgain(
  sql: Sql,
  caller: Caller,
  body: RunAgain,
  key: string | undefined,
  now: number,
  limits: Limits = { tasks: mostTasks, executions: mostExecutions, ms: batchesMs },
): Promise<RanAgain> {
  const filter = toFilter(caller.serviceId, body, now)
  const once = key === undefined || body.dry_run ? undefined : { key, bodyHashes: [hashOf(body)] }
  const known = async () => {
    const found = once && (await findKey(sql, caller.serviceId, once))
    if (!found || found.expired) return undefined
    if (!found.same) throw keyUsed()
    return inWords(found.answer as Outcome)
  }
  const before = await known()
  if (before) return before
  const matched = { ...(await matchTasks(sql, filter, limits)), onlyFailing: body.only_failing === true }
  if (body.dry_run) return inWords(await planRunAgain(sql, caller.serviceId, matched))
  const done = await queueRunAgain(sql, caller, matched, once)
  if (done && done.tasks.length > 0) return inWords(done)
  // Where nothing was queued, another request may have used the key meanwhile, and that is committed.
  const after = await known()
  return after ?? inWords(done as Outcome)
}

const toFilter = (serviceId: string, body: RunAgain, now: number): Filter & { readonly to: string } => {
  const to = inUtc(body.to ?? null)
  return {
    serviceId,
    statuses: body.status,
    from: inUtc(body.from) ?? undefined,
    // What happens after a dry run does not match the request that follows it.
    to: to === null || Date.parse(to) > now ? formatTime(now) : to,
    taskId: body.task_id,
    labels: wantedLabels(body.label ?? []),
    host: body.host,
    taskName: body.task_name || undefined,
    statusCode: body.status_code,
    text: body.text || undefined,
  }
}

/** Finds the tasks of the executions that a filter asks for. @throws ApiError 400 if there are too many, or it takes too long */
async function matchTasks(
  sql: Sql,
  filter: Filter & { readonly to: string },
  limits: Limits,
): Promise<Omit<Matched, 'onlyFailing'>> {
  const until = performance.now() + limits.ms
  const tasks = new Map<string, number>()
  let executions = 0
  let start: Start | undefined
  do {
    if (performance.now() > until) throw tooMuch('so long ago that they cannot all be looked for in one request')
    const { keys, next } = await readPruned(sql, (own) => search(own, filter, start, pageSize))
    for (const { task_id } of keys) tasks.set(task_id, (tasks.get(task_id) ?? 0) + 1)
    executions += keys.length
    if (executions > limits.executions)
      throw tooMuch(`a time with more than ${limits.executions} executions that match`)
    if (tasks.size > limits.tasks) throw tooMuch(`a time in which executions of more than ${limits.tasks} tasks match`)
    start = next
  } while (start !== undefined)
  return { tasks: [...tasks].map(([id, count]) => ({ id, executions: count })), executions, to: filter.to }
}

/** @param what completes "from is …" */
const tooMuch = (what: string) =>
  invalid([{ path: '/from', message: `is ${what}: choose a shorter time, or filter by something else too` }])

const inWords = ({ left_out, ...rest }: Outcome): RanAgain => ({
  ...rest,
  left_out: left_out.map((task) => ({ ...task, message: messages[task.reason] })),
})

const hashOf = (body: RunAgain) =>
  new Bun.CryptoHasher('sha256')
    .update(`run again ${JSON.stringify(Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1)))}`)
    .digest()
