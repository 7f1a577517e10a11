import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import { drain } from '../drain.ts'
import { outcomesOf } from '../executions.ts'
import { number, spread, verdict } from '../report.ts'
import { overdue, seedServices, seedTasks } from '../seed.ts'
import { launchService, stopService } from '../service.ts'
import { Target } from '../target.ts'

const many = 10
const fullMs = 10_000
const quickMs = 1_000

export const slowTarget: Table = {
  name: 'slow-target',
  about: 'due tasks whose target takes 10 s',
  async measure(bench) {
    const { seats } = bench
    const ms = bench.full ? fullMs : quickMs
    // Several times the seats. Otherwise the last, half empty round of calls would dominate.
    const tasks = Math.max(Math.round(bench.tasks / 20), seats * 4)
    // The share that one service and one target may use (section 5 of the specification).
    const seatsOfOne = Math.floor(seats * 0.9)
    const targets = [await Target.start(many), await Target.start(1)] as const
    const both = async () => {
      const [spreadOut, alone] = await Promise.all([
        drainSlow(bench, targets[0], many, tasks, ms),
        drainSlow(bench, targets[1], 1, tasks, ms),
      ])
      return { spreadOut, alone }
    }
    const results = await interleave(
      bench,
      new Map([['Duly', both]]),
      ({ spreadOut, alone }) => `${number(spreadOut, 1)} s over ${many} services, ${number(alone, 1)} s of one`,
    )
    for (const target of targets) await target.stop()
    const measured = results.get('Duly') ?? []
    const ideal = (of: number) => (tasks * ms) / 1000 / of
    const over = (walls: readonly number[], of: number) =>
      ratios(
        walls,
        walls.map(() => ideal(of)),
      )
    const spreadOut = measured.map((each) => each.spreadOut)
    const alone = measured.map((each) => each.alone)
    return {
      title: `${number(tasks)} due tasks whose target takes ${ms / 1000} s`,
      columns: [
        '',
        'seats it may use',
        'wall s',
        `÷ (${number(tasks)} × ${ms / 1000} s ÷ those seats)`,
        `÷ (… ÷ ${seats} seats)`,
      ],
      rows: [
        [
          `${many} services, ${many} targets`,
          String(seats),
          spread(spreadOut, 1),
          spread(over(spreadOut, seats), 2),
          spread(over(spreadOut, seats), 2),
        ],
        [
          'one service, one target',
          String(seatsOfOne),
          spread(alone, 1),
          spread(over(alone, seatsOfOne), 2),
          spread(over(alone, seats), 2),
        ],
      ],
      verdicts: [
        verdict(`wall ÷ ideal over ${seats} seats, ${many} services`, over(spreadOut, seats), { atMost: 1.2 }),
        verdict(`wall ÷ ideal over the ${seatsOfOne} seats one service may use`, over(alone, seatsOfOne), {
          atMost: 1.2,
        }),
      ],
      notes: [
        `One service, and one target, may use nine tenths of the seats not used by others: ${seatsOfOne} of ${seats} when it is alone.`,
        'Both rows are measured at the same time, by two processes on two databases, because both mostly wait.',
      ],
    }
  },
}

/** Returns how long one service process takes for all tasks, in s. */
async function drainSlow(
  { server }: Bench,
  target: Target,
  services: number,
  tasks: number,
  ms: number,
): Promise<number> {
  const database = await server.fresh()
  const { sql } = database
  await seedTasks(sql, {
    count: tasks,
    urls: target.urls.map((url) => `${url}/slow?ms=${ms}`),
    services: await seedServices(sql, services),
    at: overdue(sql),
  })
  const { seconds } = await drain({
    server,
    target,
    tasks,
    start: () => [launchService(database.url)],
    ...outcomesOf(database, tasks),
    stop: stopService,
  })
  await database.drop()
  return seconds
}
