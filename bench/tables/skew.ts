import { interleave, type Table } from '../bench.ts'
import { outcomesOf } from '../executions.ts'
import { number, spread, verdict } from '../report.ts'
import { seedServices, seedTasks, steadily } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import { readStartSkew, type Skew } from '../start-skew.ts'
import { Target } from '../target.ts'

const perSecond = 500
const fullSeconds = 60
const quickSeconds = 5
/** Time from the creation of the tasks to the first slot, in seconds. */
const leadSeconds = 5
const lateMs = 60_000

export const skew: Table = {
  name: 'skew',
  about: `how late calls start at ${perSecond} tasks a second`,
  async measure(bench) {
    const seconds = bench.full ? fullSeconds : quickSeconds
    const target = await Target.start()
    const measure = async () => {
      const database = await bench.server.fresh()
      await bench.server.checkpoint()
      const { program } = await startService(database.url, { SCHEDULER_ON_TIME: 'true' })
      const tasks = seconds * perSecond
      await target.reset(1, tasks)
      const { sql } = database
      await seedTasks(sql, {
        count: tasks,
        urls: [`${target.url}/skew`],
        services: await seedServices(sql, 1),
        at: steadily(sql, leadSeconds, perSecond),
      })
      await target.sees('to', (leadSeconds + seconds) * 1000 + lateMs)
      const { remaining } = outcomesOf(database, tasks)
      while ((await remaining()) > 0) await Bun.sleep(50)
      const started = await readStartSkew(sql)
      const { skew: arrived } = await target.count()
      await stopService(program)
      await database.drop()
      return { started, arrived }
    }
    const results = await interleave(
      bench,
      new Map([['Duly', measure]]),
      ({ started, arrived }) =>
        `started ${number(started.p50, 1)} / ${number(started.p99, 1)} ms, arrived ${number(arrived.p50, 1)} / ${number(arrived.p99, 1)} ms`,
    )
    await target.stop()
    const measured = results.get('Duly') ?? []
    const row = (name: string, skews: readonly Skew[]) => [
      name,
      ...(['p50', 'p99', 'max'] as const).map((part) =>
        spread(
          skews.map((each) => each[part]),
          1,
        ),
      ),
    ]
    const arrived = measured.map((each) => each.arrived)
    return {
      title: `Start skew at ${perSecond} tasks a second for ${seconds} s`,
      columns: ['ms after the slot', 'p50', 'p99', 'max'],
      rows: [
        row(
          'started_at of the execution',
          measured.map((each) => each.started),
        ),
        row('arrival at the target', arrived),
      ],
      verdicts: [
        verdict(
          'arrival, p50',
          arrived.map(({ p50 }) => p50),
          { below: 20 },
          { digits: 1, unit: ' ms' },
        ),
        verdict(
          'arrival, p99',
          arrived.map(({ p99 }) => p99),
          { below: 250 },
          { digits: 1, unit: ' ms' },
        ),
      ],
      notes: [
        `\`SCHEDULER_ON_TIME=true\`; ${number(seconds * perSecond)} tasks of one service, ${1000 / perSecond} ms apart, created when the service is ready.`,
        'Arrival is the target’s clock minus `Duly-Scheduled-For`; all processes and the database use the same clock.',
      ],
    }
  },
}
