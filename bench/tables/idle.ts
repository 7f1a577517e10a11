import { interleave, type Table } from '../bench.ts'
import { number, spread, verdict } from '../report.ts'
import { farAhead, seedServices, seedTasks } from '../seed.ts'
import { startService, stopService } from '../service.ts'

const full = { settleMs: 30_000, watchMs: 20_000 }
const quick = { settleMs: 3_000, watchMs: 5_000 }
const mib = 2 ** 20

export const idle: Table = {
  name: 'idle',
  about: 'memory and CPU of a service with nothing to do',
  async measure(bench) {
    const { server, tasks } = bench
    const { settleMs, watchMs } = bench.full ? full : quick
    const database = await server.fresh()
    const { sql } = database
    await seedTasks(sql, {
      count: tasks,
      urls: ['http://127.0.0.1:9/'],
      services: await seedServices(sql, 10),
      at: farAhead(sql),
    })
    const measure = async () => {
      const { program } = await startService(database.url)
      await Bun.sleep(settleMs)
      const before = { own: program.cpuMs(), database: server.cpuMs() }
      await Bun.sleep(watchMs)
      const percent = (ms: number) => (ms / watchMs) * 100
      const result = {
        memory: program.residentBytes() / mib,
        cpu: percent(program.cpuMs() - before.own),
        database: percent(server.cpuMs() - before.database),
      }
      await stopService(program)
      return result
    }
    const results = await interleave(
      bench,
      new Map([['Duly', measure]]),
      ({ memory, cpu }) => `${number(memory, 1)} MiB, ${number(cpu, 2)} % of a core`,
    )
    await database.drop()
    const measured = results.get('Duly') ?? []
    const memory = measured.map((each) => each.memory)
    const cpu = measured.map((each) => each.cpu)
    return {
      title: `Idle, ${number(tasks)} tasks stored`,
      columns: ['', 'resident memory, MiB', '% of a core', 'PostgreSQL, % of a core'],
      rows: [
        [
          'Duly',
          spread(memory, 1),
          spread(cpu, 2),
          spread(
            measured.map((each) => each.database),
            2,
          ),
        ],
      ],
      verdicts: [
        verdict('memory without the database', memory, { below: 120 }, { digits: 1, unit: ' MiB' }),
        verdict('CPU', cpu, { below: 1 }, { digits: 2, unit: ' %' }),
      ],
      notes: [
        `None of the tasks is due. CPU is measured for ${watchMs / 1000} s, beginning ${settleMs / 1000} s after the start; memory at the end.`,
        'Resident memory is VmRSS of the process; PostgreSQL is the whole server.',
      ],
    }
  },
}
