import { type Bench, interleave, type Table } from '../bench.ts'
import { median, number, spread, verdict } from '../report.ts'
import { seedServices, seedTasks, steadily, token } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import { readStartSkew } from '../start-skew.ts'
import { Target } from '../target.ts'

const outageHours = 8
const perSecond = 200
const onTimePerSecond = 20
/** Time from the start of the service to the first slot that is on time, in seconds. */
const leadSeconds = 5
const pollMs = 1_000
/** An estimate is compared while at least this is left, in ms: a second more or less is much of a short rest. */
const leastLeftMs = 10_000
/** The slowest pace that is waited for, in tasks a second. */
const slowest = 50

interface CaughtUp {
  readonly seconds: number
  /** Of each estimate, how far it was from the true end, as a part of the time that was left. */
  readonly errors: readonly number[]
  readonly onTime: Awaited<ReturnType<typeof readStartSkew>>
}

export const outage: Table = {
  name: 'outage',
  about: `how late calls start, and how good the estimate is, after an outage of ${outageHours} hours`,
  onlyNamed: true,
  async measure(bench) {
    const target = await Target.start()
    const results = await interleave(
      { ...bench, rounds: 1 },
      new Map([
        [`${perSecond} a second`, () => catchUp(bench, target, perSecond)],
        ['no limit', () => catchUp(bench, target, null)],
      ]),
      ({ seconds, onTime, errors }) =>
        `${number(seconds)} s, on time p99 ${number(onTime.p99)} ms, ${errors.length} estimates`,
    )
    await target.stop()
    const rows = [...results].map(([name, [only]]) => [name, only as CaughtUp] as const)
    return {
      title: `${number(lateTasks(bench))} hourly tasks after an outage of ${outageHours} hours`,
      columns: ['late slots', 'caught up in, s', 'on time: calls', 'p50, ms', 'p99, ms', 'max, ms', 'estimate: error'],
      rows: rows.map(([name, { seconds, onTime, errors }]) => [
        name,
        number(seconds),
        number(onTime.calls),
        ...[onTime.p50, onTime.p99, onTime.max].map((ms) => number(ms, 1)),
        errors.length > 0
          ? `${spread(
              errors.map((error) => error * 100),
              1,
            )} %`
          : 'none was given',
      ]),
      verdicts: rows.flatMap(([name, { onTime, errors }]) => [
        verdict(`${name}: on time, p99`, [onTime.p99], { below: 250 }, { digits: 1, unit: ' ms' }),
        ...(errors.length > 0
          ? [
              verdict(
                `${name}: worst error of the estimate`,
                [Math.max(...errors) * 100],
                { atMost: 20 },
                { unit: ' %' },
              ),
            ]
          : []),
      ]),
      notes: [
        `On time are ${onTimePerSecond} more tasks a second of the same service, and the slots that the late tasks have after the start. The time is that from the slot to \`started_at\`.`,
        `The overview is asked every second. Its estimate is compared with the true end while that is at least ${leastLeftMs / 1000} s away.`,
      ],
    }
  },
}

const lateTasks = ({ tasks }: Pick<Bench, 'tasks'>) => Math.round(tasks / 2)

async function catchUp(bench: Bench, target: Target, limit: number | null): Promise<CaughtUp> {
  const database = await bench.server.fresh()
  const { sql } = database
  const count = lateTasks(bench)
  const services = await seedServices(sql, 1)
  await seedTasks(sql, {
    count,
    urls: [`${target.url}/`],
    services,
    at: sql`now() - make_interval(hours => ${outageHours}) + n * interval '1 hour' / ${count}::float8`,
  })
  await sql`update task set unit = 'hour'`
  const seconds = Math.ceil(count / (limit ?? count)) + 30
  await seedTasks(sql, {
    count: seconds * onTimePerSecond,
    existing: count,
    urls: [`${target.url}/`],
    services,
    at: steadily(sql, leadSeconds, onTimePerSecond),
  })
  if (limit !== null) await sql`insert into catch_up (service_id, per_second) select id, ${limit} from service`
  const [{ now }] = await sql<[{ now: string }]>`select now() as now`
  await bench.server.checkpoint()
  const { program, base } = await startService(database.url)
  const header = { service_id: services[0] as string, token }
  const asked: { at: number; endsAt: number }[] = []
  const began = Date.now()
  let end: number | undefined
  while (end === undefined) {
    const response = await fetch(`${base}/overview`, { headers: header })
    if (!response.ok) throw new Error(`The overview answered ${response.status}: ${await response.text()}`)
    const { catch_up } = (await response.json()) as { catch_up: { ends_at: string | null } | null }
    const at = Date.now()
    if (catch_up === null) end = at
    else if (catch_up.ends_at !== null) asked.push({ at, endsAt: Date.parse(catch_up.ends_at) })
    if (at - began > (count / slowest) * 1000 + 60_000)
      throw new Error(`The service does not catch up: ${program.lastWords()}`)
    await Bun.sleep(pollMs)
  }
  const ended = end
  // A small quick run has caught up before anything is on time.
  const measuredTo = Math.max(ended, began + 2 * leadSeconds * 1000)
  await Bun.sleep(Math.max(0, measuredTo - Date.now()))
  const onTime = await readStartSkew(
    sql,
    sql`
      scheduled_for > ${now}::timestamptz + make_interval(secs => ${leadSeconds})
        and created_at <= ${new Date(measuredTo).toISOString()}`,
  )
  await stopService(program)
  await database.drop()
  const errors = asked
    .filter(({ at }) => ended - at >= leastLeftMs)
    .map(({ at, endsAt }) => Math.abs(endsAt - ended) / (ended - at))
  if (errors.length > 0) bench.say(`  error of the estimates, median: ${number(median(errors) * 100, 1)} %`)
  return { seconds: (ended - began) / 1000, errors, onTime }
}
