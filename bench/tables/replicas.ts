import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import { type Drained, drain } from '../drain.ts'
import { outcomesOf } from '../executions.ts'
import { number, spread } from '../report.ts'
import { seedDue } from '../seed.ts'
import { launchService, stopService } from '../service.ts'
import { type Count, Target } from '../target.ts'

type Measured = Drained & Pick<Count, 'calls' | 'keys' | 'duplicates'>

export const replicas: Table = {
  name: 'replicas',
  about: 'two replicas on one database against one',
  async measure(bench) {
    const { tasks } = bench
    const target = await Target.start()
    const results = await interleave<Measured>(
      bench,
      new Map([
        ['one replica', () => drainWith(bench, target, 1)],
        ['two replicas', () => drainWith(bench, target, 2)],
      ]),
      ({ perSecond, duplicates }) => `${number(perSecond)} calls/s, ${duplicates} duplicates`,
    )
    await target.stop()
    const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond)
    const sum = (measured: readonly Measured[], part: 'calls' | 'keys' | 'duplicates') =>
      measured.reduce((total, each) => total + each[part], 0)
    const duplicates = sum(results.get('two replicas') ?? [], 'duplicates')
    return {
      title: `Two replicas on one database, ${number(tasks)} due tasks`,
      columns: [
        '',
        'calls/s',
        '÷ one replica',
        'CPU µs a call: Duly',
        'PostgreSQL',
        'calls',
        'different slots',
        'duplicates',
      ],
      rows: [...results].map(([name, measured]) => [
        name,
        spread(rates(name)),
        spread(ratios(rates(name), rates('one replica')), 2),
        spread(measured.map(({ cpu }) => cpu.programs)),
        spread(measured.map(({ cpu }) => cpu.database)),
        ...(['calls', 'keys', 'duplicates'] as const).map((part) => number(sum(measured, part))),
      ]),
      verdicts: [
        { figure: 'duplicates with two replicas', measured: String(duplicates), goal: '0', met: duplicates === 0 },
      ],
      notes: [
        `${number(warmUpOf(tasks))} more tasks are called first and do not count in calls/s, so that both replicas are running when the measurement starts.`,
        'Calls, slots and duplicates are sums over all rounds. The target counts calls by Idempotency-Key, which is different for each slot.',
        'On a machine with two cores a second replica adds no cores.',
      ],
    }
  },
}

const warmUpOf = (tasks: number) => Math.round(tasks / 10)

async function drainWith({ server, tasks }: Bench, target: Target, count: number): Promise<Measured> {
  const database = await server.fresh()
  const all = tasks + warmUpOf(tasks)
  await seedDue(database.sql, all, `${target.url}/keys`)
  const drained = await drain({
    server,
    target,
    tasks,
    warmUp: warmUpOf(tasks),
    start: () => Array.from({ length: count }, () => launchService(database.url)),
    ...outcomesOf(database, all),
    stop: stopService,
  })
  const counted = await target.count()
  await database.drop()
  return { ...drained, ...counted }
}
