import type { Table } from '../bench.ts'
import { number, verdict } from '../report.ts'
import { overdue, putIntoFlow, seedServices, seedTasks, steadily } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import { Target } from '../target.ts'

const flow = { name: 'narrow', concurrency: 50 }
const answerMs = 100
const perSecond = 5
const fullSeconds = 60
const quickSeconds = 5
/** Time from the creation of the tasks beside the flow to their first slot, in seconds. */
const leadSeconds = 5

export const flowBeside: Table = {
  name: 'flow-beside',
  about: 'how late the calls of a service start while a flow of another has a long line',
  onlyNamed: true,
  async measure({ server, tasks, full }) {
    const seconds = full ? fullSeconds : quickSeconds
    const [narrow, beside] = [await Target.start(), await Target.start()]
    const database = await server.fresh()
    const { sql } = database
    const [crowded = '', other = ''] = await seedServices(sql, 2)
    const urls = [`${narrow.url}/slow?ms=${answerMs}`]
    await seedTasks(sql, { count: tasks, urls, services: [crowded], at: overdue(sql) })
    await sql`insert into flow (service_id, name, concurrency) values (${crowded}, ${flow.name}, ${flow.concurrency})`
    await putIntoFlow(sql, flow.name)
    const { program } = await startService(database.url)
    const count = seconds * perSecond
    await beside.reset(1, count)
    await narrow.reset(1, 1)
    await seedTasks(sql, {
      count,
      existing: tasks,
      urls: [`${beside.url}/skew`],
      services: [other],
      at: steadily(sql, leadSeconds, perSecond),
    })
    await beside.sees('to', (leadSeconds + seconds) * 1000 + 60_000)
    const [{ skew }, { calls }] = [await beside.count(), await narrow.count()]
    const [left] = await sql<[{ due: number }]>`
      select count(*)::integer as due
      from task
      where service_id = ${crowded}
        and scheduled_at <= now()`
    await stopService(program)
    await database.drop()
    await Promise.all([narrow.stop(), beside.stop()])
    return {
      title: `${number(tasks)} due tasks in a flow of ${flow.concurrency} at once, and another service with ${perSecond} calls a second for ${seconds} s`,
      columns: ['arrival at the target, ms after the slot', 'p50', 'p99', 'max'],
      rows: [['the other service', ...[skew.p50, skew.p99, skew.max].map((ms) => number(ms, 1))]],
      verdicts: [
        verdict('the latest call of the other service', [skew.max], { below: 1_000 }, { digits: 1, unit: ' ms' }),
      ],
      notes: [
        `The target of the flow answers after ${answerMs} ms. It had ${number(calls)} calls in that time; ${number(left.due)} tasks of the flow were still due at the end.`,
      ],
    }
  },
}
