import type { Table } from '../bench.ts'
import { poolCpuMs } from '../pool-cpu.ts'
import { number, verdict } from '../report.ts'
import { farAhead, seedServices, seedTasks, steadily } from '../seed.ts'
import { startService, stopService } from '../service.ts'
import { readStartSkew } from '../start-skew.ts'
import { Target } from '../target.ts'

const perSecond = 60
/** Work in the background rests for up to a minute, so that a shorter watch would count it by chance. */
const full = { services: 10_000, settleMs: 45_000, watchMs: 180_000, seconds: 60 }
const quick = { services: 500, settleMs: 2_000, watchMs: 11_000, seconds: 5 }
/** Time from the creation of the tasks to the first slot, in seconds. */
const leadSeconds = 5

export const services: Table = {
  name: 'services',
  about: `idle CPU, and how late calls start at ${perSecond} tasks a second, with ${number(full.services)} services`,
  onlyNamed: true,
  async measure(bench) {
    const { server, tasks } = bench
    const { services: count, settleMs, watchMs, seconds } = bench.full ? full : quick
    const target = await Target.start()
    const database = await server.fresh()
    const { sql } = database
    const ids = await seedServices(sql, count)
    const urls = [`${target.url}/skew`]
    await seedTasks(sql, { count: tasks, urls, services: ids, at: farAhead(sql) })
    const { program } = await startService(database.url)
    await Bun.sleep(settleMs)
    const before = { own: program.cpuMs(), database: server.cpuMs(), pools: await poolCpuMs(sql) }
    await Bun.sleep(watchMs)
    const percent = (ms: number) => (ms / watchMs) * 100
    const idle = { own: percent(program.cpuMs() - before.own), database: percent(server.cpuMs() - before.database) }
    const pools = [...(await poolCpuMs(sql))]
      .map(([pool, ms]) => `${pool} ${number(percent(ms - (before.pools.get(pool) ?? 0)), 2)} %`)
      .sort()
      .join(', ')
    const due = perSecond * seconds
    await target.reset(1, due)
    await seedTasks(sql, {
      count: due,
      existing: tasks,
      urls,
      services: ids,
      at: steadily(sql, leadSeconds, perSecond),
    })
    const busyFrom = server.cpuMs()
    await target.sees('to', (leadSeconds + seconds) * 1000 + 60_000)
    const busy = ((server.cpuMs() - busyFrom) / ((leadSeconds + seconds) * 1000)) * 100
    const { skew: arrived } = await target.count()
    const started = await readStartSkew(sql)
    await stopService(program)
    await database.drop()
    await target.stop()
    const row = (name: string, skew: typeof arrived) => [
      name,
      ...[skew.p50, skew.p99, skew.max].map((ms) => number(ms, 1)),
    ]
    return {
      title: `${number(count)} services with ${number(tasks)} tasks, ${perSecond} tasks a second for ${seconds} s`,
      columns: ['ms after the slot', 'p50', 'p99', 'max'],
      rows: [row('started_at of the execution', started), row('arrival at the target', arrived)],
      verdicts: [
        verdict('arrival, p99', [arrived.p99], { below: 100 }, { digits: 1, unit: ' ms' }),
        verdict('PostgreSQL with nothing due, of a core', [idle.database], { below: 1 }, { digits: 2, unit: ' %' }),
      ],
      notes: [
        `With nothing due Duly took ${number(idle.own, 2)} % of a core and PostgreSQL ${number(idle.database, 2)} % (its sessions by pool: ${pools}), measured for ${watchMs / 1000} s; while tasks were due PostgreSQL took ${number(busy, 1)} %.`,
        'The tasks that come due are of another service each, made by another session when Duly has been running for minutes.',
      ],
    }
  },
}
