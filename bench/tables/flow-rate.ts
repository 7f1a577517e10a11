import type { Bench, Table } from '../bench.ts'
import { number, spread, verdict } from '../report.ts'
import { overdue, putIntoFlow, seedServices, seedTasks } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import { Target } from '../target.ts'

const flow = { name: 'paced', rate: 100, burst: 10 }
const replicas = 3
const fullSeconds = 60
const quickSeconds = 5
/** Calls of these first and last seconds are not counted: the flow begins with a burst, and ends when its replicas stop. */
const edgeSeconds = 3

export const flowRate: Table = {
  name: 'flow-rate',
  about: `a flow of ${flow.rate} calls a second with ${replicas} replicas`,
  onlyNamed: true,
  async measure(bench) {
    const seconds = bench.full ? fullSeconds : quickSeconds
    const times = await measureOnce(bench, seconds)
    const kinds = [
      ['claimed', times.claimed],
      ['arrival at the target', times.arrived],
    ] as const
    const eachSecond = kinds.map(([, at]) => perSecond(at, seconds))
    return {
      title: `A flow of ${flow.rate} calls a second with a burst of ${flow.burst}, ${replicas} replicas, ${seconds} s`,
      columns: ['', 'calls', 'calls/s on average', 'in each second', 'most beyond the rate'],
      rows: kinds.map(([name, at], index) => {
        const counts = eachSecond[index] as number[]
        return [name, number(sum(counts)), number(sum(counts) / seconds, 2), spread(counts), number(mostBeyond(at), 1)]
      }),
      verdicts: kinds.flatMap(([name, at], index) => [
        verdict(`${name}, calls/s`, [sum(eachSecond[index] as number[]) / seconds], { atLeast: 99, atMost: 101 }),
        verdict(`${name}, most beyond the rate`, [mostBeyond(at)], { atMost: flow.burst }, { digits: 1 }),
      ]),
      notes: [
        `The tasks are due when the replicas start; the ${number(edgeSeconds)} seconds before and after those that are counted are left out.`,
        `Most beyond the rate: of all times between two calls, the most calls minus ${flow.rate} for each second of that time. A flow allows its burst.`,
        'A call arrives some milliseconds after its claim. Where one takes longer than the next, they arrive closer together than they were claimed.',
      ],
    }
  },
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** When each call was claimed, and when it arrived, in ms since 1970, in order. */
async function measureOnce(
  { server }: Bench,
  seconds: number,
): Promise<{ claimed: number[]; arrived: readonly number[] }> {
  const target = await Target.start()
  const database = await server.fresh()
  const { sql } = database
  const services = await seedServices(sql, 1)
  const count = flow.rate * (seconds + 4 * edgeSeconds)
  await seedTasks(sql, { count, urls: [`${target.url}/arrivals`], services, at: overdue(sql) })
  await sql`
    insert into flow (service_id, name, rate, period_seconds, burst, paused_at)
    select id, ${flow.name}, ${flow.rate}, 1, ${flow.burst}, now()
    from service`
  await putIntoFlow(sql, flow.name)
  const programs = []
  for (let started = 0; started < replicas; started++) programs.push((await startService(database.url)).program)
  await target.reset(1, flow.rate * (seconds + 3 * edgeSeconds))
  await sql`update flow set paused_at = null`
  await target.sees('to', (seconds + 10 * edgeSeconds) * 1000)
  await Promise.all(programs.map(stopService))
  const claimed = await sql<{ ms: number }[]>`
    select date_part('epoch', created_at) * 1000 as ms
    from execution
    order by created_at`
  const { arrivals } = await target.count()
  await database.drop()
  await target.stop()
  return { claimed: claimed.map(({ ms }) => ms), arrived: arrivals }
}

/** How many calls there were in each second, from the end of the first edge on. */
function perSecond(times: readonly number[], seconds: number): number[] {
  const from = (times[0] as number) + edgeSeconds * 1000
  const counts = Array.from({ length: seconds }, () => 0)
  for (const time of times) {
    const second = Math.floor((time - from) / 1000)
    if (second >= 0 && second < seconds) counts[second] = (counts[second] as number) + 1
  }
  return counts
}

/** The most calls in any time, minus what the rate allows in that time. */
function mostBeyond(times: readonly number[]): number {
  const credit = (index: number) => index - (flow.rate * (times[index] as number)) / 1000
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const index of times.keys()) {
    least = Math.min(least, credit(index))
    most = Math.max(most, credit(index) - least + 1)
  }
  return most
}
