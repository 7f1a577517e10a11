import { Command } from 'commander'
import { callApi, exchangeWithApi } from '../api-client.ts'
import { CommandError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'
import { wholeNumber } from '../whole-number.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

/** The settings of a flow, as the API takes them. */
interface Settings {
  readonly target: string | null
  readonly concurrency: number | null
  readonly rate: number | null
  readonly period_seconds: number | null
  readonly burst: number | null
  readonly paused: boolean
}

/** A flow as the API returns it. */
interface Flow extends Settings {
  readonly name: string
  readonly calls: number
  readonly tasks: number
  readonly waiting: number
  readonly waiting_since: string | null
}

interface SetOptions extends Output {
  readonly target?: string
  readonly concurrency?: string
  readonly rate?: string
  readonly periodSeconds?: string
  readonly burst?: string
}

const rateOf = ({ rate, period_seconds }: Flow) => (rate === null ? '-' : `${rate} in ${period_seconds} s`)

const columns: readonly Column<Flow>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 64, priority: 7 },
  { title: 'AT ONCE', cell: ({ concurrency }) => String(concurrency ?? '-'), min: 7, max: 7, priority: 6 },
  { title: 'RATE', cell: rateOf, min: 8, max: 20, priority: 5 },
  { title: 'CALLS', cell: ({ calls }) => String(calls), min: 5, max: 6, priority: 3 },
  { title: 'WAITING', cell: ({ waiting }) => String(waiting), min: 7, max: 7, priority: 4 },
  { title: 'SINCE', cell: ({ waiting_since }) => waiting_since ?? '-', min: 20, max: 27, priority: 1 },
  { title: 'STATE', cell: ({ paused }) => (paused ? 'paused' : 'runs'), min: 6, max: 6, priority: 2 },
  { title: 'TARGET', cell: ({ target }) => printable(target ?? '-'), min: 12, max: 60, priority: 0 },
]

/** Creates `duly flow`. */
export function flowCommand(): Command {
  const flow = new Command('flow').description(
    'Set, pause, list and delete flows: limits of calls at once and of calls in a time.',
  )
  const set = flow
    .command('set')
    .argument('<name>', 'the name of the flow')
    .description('Set a flow. What is not given, the flow has no longer; it stays paused if it is.')
    .option('--concurrency <n>', 'how many calls run at once at most')
    .option('--rate <n>', 'how many calls start in the period at most')
    .option('--period-seconds <n>', 'the period of the rate, in seconds (default: 1)')
    .option('--burst <n>', 'how many calls may start at once after a time without calls')
    .option('--target <host>', 'host, or host:port, of the tasks that are in the flow without naming it')
    .option('--json', 'print what the API returns')
  addConnectionOptions(set)
    .addHelpText(
      'after',
      `
  duly flow set billing --concurrency 5 --target billing.internal:8080
  duly flow set partner --rate 10
  duly task update TASK --flow partner`,
    )
    .action((name: string, options: SetOptions) => setFlow(name, options))
  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    const command = flow
      .command(verb)
      .argument('<name>', 'the name of the flow')
      .description(paused ? 'Start no further call of a flow. Its tasks wait.' : 'Start calls of a paused flow again.')
      .option('--json', 'print what the API returns')
    addConnectionOptions(command).action((name: string, options: Output) => pauseFlow(name, paused, options))
  }
  const list = flow
    .command('list')
    .description('List the flows, and what waits in them.')
    .option('--json', 'print a JSON array, one flow per line')
  addConnectionOptions(list).action((options: Output) => listFlows(options))
  const remove = flow
    .command('delete')
    .argument('<name>', 'the name of the flow')
    .description('Delete a flow that no task names.')
    .option('--json', 'print {"name", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output) => deleteFlow(name, options))
  return flow
}

const pathOf = (name: string) => `/flows/${encodeURIComponent(name)}`

const settingsOf = ({ target, concurrency, rate, period_seconds, burst, paused }: Flow): Settings => ({
  ...{ target, concurrency, rate, period_seconds, burst, paused },
})

async function setFlow(name: string, options: SetOptions): Promise<void> {
  const { target } = options
  const number = (option: string, text: string | undefined, most: number) =>
    text === undefined ? undefined : wholeNumber(option, text, 1, most)
  const limits = {
    concurrency: number('--concurrency', options.concurrency, 100_000),
    rate: number('--rate', options.rate, 100_000),
    period_seconds: number('--period-seconds', options.periodSeconds, 86_400),
    burst: number('--burst', options.burst, 100_000),
  }
  const connection = findConnection(options)
  const stored = await callApi<Flow>(connection, 'GET', pathOf(name)).catch((error) => {
    if (!isNotFound(error)) throw error
  })
  const body = { target, ...limits, paused: stored?.paused ?? false }
  const { body: flow, status } = await exchangeWithApi(connection, 'PUT', pathOf(name), { body: JSON.stringify(body) })
  if (options.json) return writeJson(flow)
  await writeLine(`${status === 201 ? 'Created' : 'Changed'} the flow ${printable(name)}.`)
}

async function pauseFlow(name: string, paused: boolean, options: Output): Promise<void> {
  const connection = findConnection(options)
  const stored = await callApi<Flow>(connection, 'GET', pathOf(name)).catch((error) => unknownFlow(name, error))
  const body = JSON.stringify({ ...settingsOf(stored), paused })
  const { body: flow } = await exchangeWithApi(connection, 'PUT', pathOf(name), { body })
  if (options.json) return writeJson(flow)
  await writeLine(`${paused ? 'Paused' : 'Resumed'} the flow ${printable(name)}.`)
}

const listFlows = (options: Output) =>
  writeList(recordsOf<Flow>(findConnection(options), '/flows'), {
    columns,
    json: options.json,
    empty: 'There is no flow; duly flow set makes one.',
  })

function unknownFlow(name: string, error: unknown): never {
  throw isNotFound(error) ? new CommandError(`There is no flow ${printable(name)}: duly flow list shows them.`) : error
}

async function deleteFlow(name: string, options: Output): Promise<void> {
  await callApi(findConnection(options), 'DELETE', pathOf(name)).catch((error) => unknownFlow(name, error))
  await (options.json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the flow ${printable(name)}.`))
}
