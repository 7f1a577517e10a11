import type { Command } from 'commander'
import { callApi } from '../api-client.ts'
import { UsageError } from '../command-error.ts'
import { addConnectionOptions, type Connection, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { forEachTask, noSuchTask, readTaskNames, taskIdsOf } from '../task-id.ts'
import { taskCount } from '../task-text.ts'
import { readUntil } from '../until.ts'

/** The most ids that the API accepts in one request. */
const batchSize = 1_000

interface StatusOptions extends ConnectionOptions {
  readonly json?: boolean
  readonly all?: boolean
  readonly flow?: string
  readonly until?: string
}

/** The status that tasks are given, as `POST /tasks/status` takes it. */
interface NewStatus {
  readonly status: 'paused' | 'active'
  readonly until?: string
}

/** What was done so far. */
interface Done {
  updated: number
  readonly missing: string[]
}

/** Adds `duly task pause` and `duly task resume`. */
export function addTaskStatus(task: Command): void {
  const pause = addOne(
    task,
    'pause',
    'paused',
    'Pause tasks. They do not run until they are resumed, and their queued retries are cancelled.',
  )
  pause
    .option('--until <time>', 'resume them by themselves then: after a duration, such as 2h, or at an RFC 3339 time')
    .addHelpText('after', '\nWith --until, --all and --flow leave tasks that are paused without an end as they are.')
  addOne(task, 'resume', 'active', 'Resume tasks, so that they run when they are due.')
}

function addOne(task: Command, name: string, status: NewStatus['status'], description: string): Command {
  const command = task
    .command(name)
    .argument('[task...]', 'the ids or keys of the tasks, one or many')
    .description(description)
    .option('--all', 'all tasks of the service, but no disabled ones')
    .option('--flow <name>', 'the tasks of a flow, but no disabled ones')
    .option('--json', 'print {"status", "updated", "missing"} for scripts; with --until also "until"')
  return addConnectionOptions(command)
    .addHelpText('after', '\nAn id or a key without a task is an error. The other tasks are changed all the same.')
    .action(async (texts: string[], options: StatusOptions) => {
      checkChoice(name, texts, options)
      const names = readTaskNames(texts)
      const until = options.until === undefined ? {} : { until: readUntil('--until', options.until) }
      const change: NewStatus = { status, ...until }
      const connection = findConnection(options)
      const done: Done = { updated: 0, missing: [] }
      let isDone = false
      try {
        if (names.length > 0) await changeNamed(connection, names, change, done)
        else
          await changeAll(connection, options.flow === undefined ? { all: true } : { flow: options.flow }, change, done)
        isDone = true
      } finally {
        // Also after an error, because the tasks of earlier batches are changed.
        if (options.json) await writeJson({ status, ...until, ...done })
        else if (done.updated > 0 || (isDone && names.length === 0)) await writeLine(inWords(change, done.updated))
      }
      if (done.missing.length > 0) throw noSuchTask(done.missing, connection)
    })
}

/** @throws UsageError unless the tasks are named in one way */
function checkChoice(name: string, texts: readonly string[], { all, flow }: StatusOptions): void {
  const given = [
    ...(texts.length > 0 ? [printable(texts[0] as string)] : []),
    ...(all ? ['--all'] : []),
    ...(flow === undefined ? [] : ['--flow']),
  ]
  if (given.length === 0)
    throw new UsageError(
      `Say which tasks to ${name}: ids or keys, as duly task list shows them, --flow NAME, or --all for all of the service.`,
    )
  if (given.length > 1) throw new UsageError(`${given.join(' and ')} cannot stand together: give one of them.`)
}

/** Sets the status of tasks by their ids and keys, and notes in `done` what it has done, also if it throws. */
async function changeNamed(connection: Connection, names: string[], change: NewStatus, done: Done): Promise<void> {
  const { ids, missing } = await taskIdsOf(connection, names)
  done.missing.push(...missing)
  for (let at = 0; at < ids.length; at += batchSize) {
    const some = ids.slice(at, at + batchSize)
    const missed = await setStatus(connection, some, change)
    done.missing.push(...missed)
    done.updated += some.length - missed.length
  }
}

/** Sets the status of up to 1,000 tasks. Returns the ids of tasks that do not exist. */
async function setStatus(connection: Connection, ids: readonly string[], change: NewStatus): Promise<string[]> {
  const body = JSON.stringify({ ids, ...change })
  const { updated } = await callApi<{ updated: number }>(connection, 'POST', '/tasks/status', { body })
  // The response has only the number of tasks. If some are missing, find out which.
  return updated < ids.length ? forEachTask(ids, (id) => callApi(connection, 'GET', `/tasks/${id}`)) : []
}

/** Sets the status of all tasks, or those of a flow: one request after another, until none is left. */
async function changeAll(connection: Connection, which: object, change: NewStatus, done: Done): Promise<void> {
  const body = JSON.stringify({ ...which, ...change })
  let more = true
  while (more) {
    const answer = await callApi<{ updated: number; more: boolean }>(connection, 'POST', '/tasks/status', { body })
    done.updated += answer.updated
    more = answer.more
  }
}

const inWords = ({ status, until }: NewStatus, updated: number) =>
  `${status === 'paused' ? 'Paused' : 'Resumed'} ${taskCount(updated)}${until === undefined ? '' : ` until ${until}`}.`
