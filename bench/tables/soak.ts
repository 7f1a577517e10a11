import type { Bench, Table } from '../bench.ts'
import { createBulk } from '../bulk.ts'
import type { Scratch } from '../database.ts'
import { Program } from '../process.ts'
import { number, type Verdict } from '../report.ts'
import { seedServices } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import type { Holding, Tally } from '../soak/client.ts'
import { closedWithinMs, countIdleConnections } from '../soak/end-calls.ts'
import type { SoakLoad } from '../soak/load.ts'
import { readMemory, type Sample, slope, stretches } from '../soak/memory.ts'
import {
  countExecutions,
  describeGrowth,
  findOldestTransaction,
  listTableSizes,
  listUnexpected,
  type TableSize,
} from '../soak/tables.ts'
import { type Addresses, taskAt } from '../soak/tasks.ts'

/** Nearly all of them are due every minute: 200 calls a second. */
const tasks = 12_000
const services = 6
const bulkSize = 500
/** Operations on the API per second; some are several requests. */
const perSecond = 25
const sampleEveryMs = 5_000
const lookEvery = 60_000 / sampleEveryMs
/** Number of periods in the table. The first is the warm-up; the others show whether it is long enough. */
const parts = 6
/** Time for operations in progress when the load ends, in ms. */
const endWithinMs = 60_000
const goal = 1

export const soak: Table = {
  name: 'soak',
  about: 'memory of a service under mixed load for half an hour; only when it is named',
  onlyNamed: true,
  async measure(bench) {
    const { server, minutes } = bench
    const database = await server.fresh()
    const targets = new Program('bench/soak/target.ts')
    const [line] = await targets.says(/^\{.*\}$/m)
    const { program, base } = await startService(database.url)
    const addresses = JSON.parse(line) as Addresses
    const holdings = await createTasks(database, base, addresses)
    const work: SoakLoad = { base, holdings, seconds: minutes * 60, perSecond }
    const before = { own: program.cpuMs(), database: server.cpuMs() }
    const load = new Program('bench/soak/load.ts', [], {}, JSON.stringify(work))
    const { samples, looks, oldestTransaction } = await watch(bench, program, load, database)
    const { requests, leftOut, wrong } = JSON.parse(await load.output(endWithinMs)) as Tally
    const percent = (ms: number) => `${number((ms / (minutes * 60_000)) * 100)} %`
    const cpu = { own: percent(program.cpuMs() - before.own), database: percent(server.cpuMs() - before.database) }
    const executions = await countExecutions(database.sql)
    const unexpected = await listUnexpected(database.sql)
    const connections = await countIdleConnections({ program, base, holdings, addresses, sql: database.sql })
    const warnings = program.err.split('\n').filter((line) => /"level":[456]0/.test(line))
    await stopService(program)
    await targets.stop()
    await database.drop()
    const times = (what: string, count: number) => `${what} (${number(count)} times)`
    const shouldNotBe = [
      ...Object.entries(wrong).map(([what, count]) => times(what, count)),
      ...unexpected.map(({ what, count }) => times(what, count)),
      ...(leftOut > 0 ? [times('an operation skipped because too many were in progress', leftOut)] : []),
      ...warnings.map((line) => line.slice(0, 300)),
    ]
    const edge = (part: number) => number((minutes * part) / parts, minutes % parts === 0 ? 0 : 1)
    const settled = samples.filter(({ at }) => at >= minutes / parts)
    return {
      title: `Memory under load for ${minutes} minutes`,
      columns: ['minutes', 'resident MB', 'least', 'most', 'anonymous MB', 'slope, MB/min'],
      rows: [
        ...stretches(samples, minutes, parts).map((part, n) => row(`${edge(n)} to ${edge(n + 1)}`, part)),
        row('all', samples),
        row(`from ${edge(1)} on`, settled),
      ],
      verdicts: [
        judgeSlope(`resident memory, from minute ${edge(1)} on`, settled),
        judgeCount('unexpected answers, calls and log lines', shouldNotBe.length),
        judgeCount(`open connections to targets ${closedWithinMs / 1000} s after the last call`, connections),
      ],
      notes: [
        `Resident memory of the process (Rss in /proc), every ${sampleEveryMs / 1000} s, in MB of 10⁶ bytes; ${number(samples[0]?.resident ?? 0, 1)} at the start of the load, ${number(samples.at(-1)?.resident ?? 0, 1)} at its end. Slopes are least squares. Measured once.`,
        `${number(tasks)} tasks, nearly all due every minute: ${executions.map(({ status, count }) => `${number(count)} ${status}`).join(', ')}. Also ${number(requests)} requests to the API, the metrics and the dashboard’s files. bench/soak defines the tasks and requests.`,
        `CPU: ${cpu.own} of a core, PostgreSQL ${cpu.database}.`,
        `Tables with their indexes at minute 0, ${edge(1)} and ${edge(parts)}: ${describeGrowth(looks, [0, Math.floor(minutes / parts), -1])}. Executions and the audit are history, which grows until its retention ends. The oldest transaction was ${number(oldestTransaction, 1)} s old.`,
        ...shouldNotBe.map((what) => `Unexpected: ${what}`),
      ],
    }
  },
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function row(name: string, samples: readonly Sample[]): string[] {
  const resident = samples.map((sample) => sample.resident)
  return [
    name,
    number(mean(resident), 1),
    number(Math.min(...resident), 1),
    number(Math.max(...resident), 1),
    number(mean(samples.map((sample) => sample.anonymous)), 1),
    number(slope(samples), 2),
  ]
}

function judgeSlope(figure: string, samples: readonly Sample[]): Verdict {
  const rise = slope(samples)
  return { figure, measured: `${number(rise, 2)} MB/min`, goal: `< ${goal} MB/min`, met: rise < goal }
}

const judgeCount = (figure: string, count: number): Verdict => ({
  figure,
  measured: number(count),
  goal: '0',
  met: count === 0,
})

/** Creates all tasks through the API, in turn for each service. */
async function createTasks({ sql }: Scratch, base: string, addresses: Addresses): Promise<Holding[]> {
  const now = Date.now()
  const holdings = (await seedServices(sql, services)).map((service) => ({ service, ids: [] as string[] }))
  for (let from = 0; from < tasks; from += bulkSize) {
    const { service, ids } = holdings[(from / bulkSize) % services] as (typeof holdings)[number]
    const made = Array.from({ length: bulkSize }, (_, n) => taskAt(from + n, tasks, addresses, now))
    ids.push(...(await createBulk(base, service, made)))
  }
  return holdings
}

/**
 * Samples the memory of the service until the load ends, and the tables once a minute.
 * @throws if the service or the load ends earlier
 */
async function watch({ minutes, say }: Bench, program: Program, load: Program, { sql }: Scratch) {
  const samples: Sample[] = []
  const looks: TableSize[][] = []
  let oldestTransaction = 0
  const ended = Promise.race([program, load].map(failWhenEnded))
  // Both also end after the measurement. That rejection must not be unhandled.
  ended.catch(() => {})
  const started = performance.now()
  for (let n = 0; n * sampleEveryMs <= minutes * 60_000; n++) {
    const look = n % lookEvery === 0
    // The last sample is taken shortly before the end, while the load is still running.
    const due = Math.min(n * sampleEveryMs, minutes * 60_000 - 500)
    await Promise.race([ended, Bun.sleep(Math.max(0, started + due - performance.now()))])
    const sample = readMemory(program.pid, (performance.now() - started) / 60_000)
    samples.push(sample)
    oldestTransaction = Math.max(oldestTransaction, await findOldestTransaction(sql))
    if (!look) continue
    looks.push(await listTableSizes(sql))
    say(
      `  minute ${number(sample.at)}: ${number(sample.resident, 1)} MB resident, ${number(sample.anonymous, 1)} anonymous`,
    )
  }
  return { samples, looks, oldestTransaction }
}

async function failWhenEnded(program: Program): Promise<never> {
  const code = await program.exited
  throw new Error(`${program.file} ended with ${code} in the middle of the soak. ${program.lastWords()}`)
}
