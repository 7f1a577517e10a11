import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import type { Scratch } from '../database.ts'
import { type Drained, drain } from '../drain.ts'
import { outcomesOf } from '../executions.ts'
import { number, spread, verdict } from '../report.ts'
import { farAhead, overdue, seedServices, seedTasks } from '../seed.ts'
import { launchService, stopService } from '../service.ts'
import { Target } from '../target.ts'

/** Number of services of the tasks that are not due. The due tasks all belong to one service. */
const services = 50

/** Numbers of due tasks that are called before and after the measured ones. */
interface Around {
  readonly warmUp: number
  readonly coolDown: number
}

interface Size {
  readonly due: number
  readonly stored: number
}

const title = ({ due, stored }: Size) => `${number(due)} due${stored > due ? ` of ${number(stored)} stored` : ''}`
const cpuOf = ({ cpu }: Drained) => cpu.programs + cpu.database

export const flat: Table = {
  name: 'flat',
  about: 'cost per task as the drain and the table grow',
  async measure(bench) {
    const { tasks, say } = bench
    const around = { warmUp: Math.round(tasks / 20), coolDown: Math.round(tasks / 100) }
    const sizes: Size[] = [
      { due: tasks / 10, stored: tasks / 10 },
      { due: tasks, stored: tasks },
      { due: tasks * 10, stored: tasks * 10 },
      { due: tasks / 10, stored: tasks * 50 },
    ].map(({ due, stored }) => ({ due: Math.round(due), stored: Math.round(stored) }))
    const target = await Target.start()
    const templates: Scratch[] = []
    const contenders = new Map<string, () => Promise<Drained>>()
    for (const size of sizes) {
      say(`  filling a database: ${title(size)}`)
      const template = await fill(bench, `${target.url}/`, size, around)
      templates.push(template)
      contenders.set(title(size), () => drainCopy(bench, target, template, size, around))
    }
    const results = await interleave(
      bench,
      contenders,
      ({ perSecond, cpu }) =>
        `${number(1e6 / perSecond)} µs a task, CPU ${number(cpu.programs)} + ${number(cpu.database)} µs`,
    )
    await target.stop()
    for (const template of templates) await template.drop()
    const [first = [], ...others] = [...results.values()]
    const wall = (drained: readonly Drained[]) => drained.map(({ perSecond }) => 1e6 / perSecond)
    const cpu = (drained: readonly Drained[]) => drained.map(cpuOf)
    const names = [...results.keys()].slice(1)
    return {
      title: 'Cost per task as it grows',
      columns: ['', 'wall µs', '÷ the first', 'CPU µs: Duly', 'PostgreSQL', 'both', '÷ the first'],
      rows: [...results].map(([name, drained]) => [
        name,
        spread(wall(drained)),
        spread(ratios(wall(drained), wall(first)), 2),
        spread(drained.map((each) => each.cpu.programs)),
        spread(drained.map((each) => each.cpu.database)),
        spread(cpu(drained)),
        spread(ratios(cpu(drained), cpu(first)), 2),
      ]),
      verdicts: others.flatMap((drained, index) => [
        verdict(`wall, ${names[index]} ÷ ${title(sizes[0] as Size)}`, ratios(wall(drained), wall(first)), {
          atMost: 1.15,
        }),
        verdict(`CPU, ${names[index]} ÷ ${title(sizes[0] as Size)}`, ratios(cpu(drained), cpu(first)), {
          atMost: 1.15,
        }),
      ]),
      notes: [
        `The due tasks belong to one service, the others to ${services}. Indexes are those of the migrations. \`vacuum analyze\` and a checkpoint run before each drain.`,
        `${number(around.warmUp)} more due tasks are called before and ${number(around.coolDown)} after the measured ones, so that start and end do not weigh more in a small drain than in a large one.`,
        `Every drain starts with a fresh copy of the same filled database (\`create database … strategy file_copy\`).`,
      ],
    }
  },
}

/** Creates a filled database without connections, to be copied. */
async function fill({ server }: Bench, url: string, { due, stored }: Size, around: Around): Promise<Scratch> {
  const scratch = await server.fresh()
  const { sql } = scratch
  const ids = await seedServices(sql, services)
  const dueInAll = due + around.warmUp + around.coolDown
  await seedTasks(sql, { count: dueInAll, urls: [url], services: ids.slice(0, 1), at: overdue(sql) })
  if (stored > due)
    await seedTasks(sql, { count: stored - due, urls: [url], services: ids, at: farAhead(sql), existing: dueInAll })
  await scratch.close()
  return scratch
}

async function drainCopy(
  { server }: Bench,
  target: Target,
  template: Scratch,
  { due }: Size,
  around: Around,
): Promise<Drained> {
  const database = await server.fresh(template.name)
  try {
    return await drain({
      server,
      target,
      tasks: due,
      ...around,
      start: () => [launchService(database.url)],
      ...outcomesOf(database, due + around.warmUp + around.coolDown),
      stop: stopService,
    })
  } finally {
    await database.drop()
  }
}
