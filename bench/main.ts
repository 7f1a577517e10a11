/**
 * `bun run bench`: measures the figures of section 7 of the specification, prints the tables, and writes them to
 * bench/results.md. Arguments name the tables to measure.
 */
import { join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { readConfig } from '../src/config/config.ts'
import type { Bench, Table } from './bench.ts'
import { Server } from './database.ts'
import { busyWarning, describeCommit, describeMachine } from './machine.ts'
import { endPrograms, httpRequests } from './process.ts'
import { toMarkdown } from './report.ts'
import { writeResult } from './results-file.ts'
import { api } from './tables/api.ts'
import { drainHttpsTable, drainTable } from './tables/drain.ts'
import { flat } from './tables/flat.ts'
import { flowBeside } from './tables/flow-beside.ts'
import { flowRate } from './tables/flow-rate.ts'
import { idle } from './tables/idle.ts'
import { outage } from './tables/outage.ts'
import { replicas } from './tables/replicas.ts'
import { services } from './tables/services.ts'
import { skew } from './tables/skew.ts'
import { slowTarget } from './tables/slow-target.ts'
import { soak } from './tables/soak.ts'

const tables: readonly Table[] = [
  drainTable,
  drainHttpsTable,
  flat,
  skew,
  slowTarget,
  api,
  idle,
  replicas,
  flowRate,
  flowBeside,
  outage,
  services,
  soak,
]
const fullTasks = 100_000
const fullRounds = 5
const fullMinutes = 30

const whole = (least: number) => (text: string) => {
  const value = /^\d{1,8}$/.test(text) ? Number(text) : -1
  if (value >= least) return value
  throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`)
}

const program = new Command('bun run bench')
  .description('Measures Duly on this machine, compared with its upper bounds and with other job systems.')
  .argument('[tables...]', 'tables to measure; without a name all except those marked "only when it is named"')
  .option('--rounds <number>', 'rounds of each measurement', whole(1), fullRounds)
  .option('--tasks <number>', 'tasks to drain; all other sizes follow', whole(200), fullTasks)
  .option('--minutes <number>', 'minutes of a soak', whole(2), fullMinutes)
  .addHelpText('after', `\nTables:\n${tables.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}`)
  .addHelpText('after', '\nA run of less than the full size does not change bench/results.md.')
  .parse()

const { rounds, tasks, minutes } = program.opts<{ rounds: number; tasks: number; minutes: number }>()
const wanted = program.args
const unknown = wanted.find((name) => !tables.some((table) => table.name === name))
if (unknown !== undefined)
  program.error(`There is no table "${unknown}"; there are ${tables.map(({ name }) => name).join(', ')}.`)

const full = tasks === fullTasks && rounds >= fullRounds && minutes >= fullMinutes
const notFull = `Not the full size (${tasks} tasks, rounds: ${rounds}, minutes of a soak: ${minutes}): do not quote these figures. bench/results.md is not changed.`
const command = [
  'bun run bench',
  ...wanted,
  ...(rounds === fullRounds ? [] : [`--rounds ${rounds}`]),
  ...(tasks === fullTasks ? [] : [`--tasks ${tasks}`]),
  ...(minutes === fullMinutes ? [] : [`--minutes ${minutes}`]),
].join(' ')

/** Measures one table, prints it, and writes it to bench/results.md if it has the full size. */
async function measure(table: Table, bench: Bench): Promise<void> {
  console.error(`${table.name}: ${table.about}`)
  const began = new Date()
  const section = await table.measure(bench)
  const origin = [
    `Measured by \`${command}\` on ${began.toISOString().slice(0, 16).replace('T', ' ')} UTC${table.onlyNamed ? '' : `, rounds: ${rounds}`}`,
    [describeMachine(bench.server.version), describeCommit()].filter(Boolean).join('; '),
  ].join(', on ')
  const markdown = toMarkdown(section, `${full ? origin : `${notFull} ${origin}`}.`)
  console.log(`\n${markdown}\n`)
  if (full) writeResult(join(import.meta.dir, 'results.md'), names, table.name, markdown)
}

const names = tables.map(({ name }) => name)
const warning = busyWarning()
if (warning) console.error(warning)
if (!full) console.error(notFull)

const server = await Server.start(console.error).catch((error: Error): never => {
  console.error(error.message)
  process.exit(1)
})
let ending: Promise<never> | undefined
const end = async (code: number) => {
  await endPrograms()
  await server.stop()
  process.exit(code)
}
// Not `once`: a Ctrl-C comes from the terminal and from the process that started this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    ending ??= end(130)
  })

const { schedulerConcurrency: seats } = readConfig({ BUN_CONFIG_MAX_HTTP_REQUESTS: httpRequests })
const failed: string[] = []
for (const table of tables) {
  if (wanted.length > 0 ? !wanted.includes(table.name) : table.onlyNamed) continue
  try {
    await measure(table, { server, rounds, tasks, minutes, full, seats, say: (line) => console.error(line) })
  } catch (error) {
    if (ending) await ending
    failed.push(table.name)
    console.error(`${table.name} could not be measured: ${(error as Error).stack ?? error}`)
    await endPrograms()
  }
}
if (failed.length > 0) console.error(`Not measured: ${failed.join(', ')}.`)
await end(failed.length > 0 ? 1 : 0)
