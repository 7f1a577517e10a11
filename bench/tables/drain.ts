import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import type { Scratch } from '../database.ts'
import { type Drained, drain } from '../drain.ts'
import { installPeers, type Peer, peers, startPeer } from '../peers.ts'
import { Program } from '../process.ts'
import { median, number, spread, verdict } from '../report.ts'
import { seedDue } from '../seed.ts'
import { launchService, stopService } from '../service.ts'
import { Target } from '../target.ts'

const duly = 'Duly'
const bare = 'bare loop, new connections'
const kept = 'bare loop, keep-alive'
/** The rate by which the timeout of the bare loop is computed, in calls per second. */
const slowest = 200

type Measured = Pick<Drained, 'perSecond' | 'cpu'>

export const drainTable: Table = {
  name: 'drain',
  about: 'draining due tasks: Duly, a bare fetch loop, graphile-worker, pg-boss',
  async measure(bench) {
    const { tasks, seats } = bench
    await installPeers(bench.say)
    const target = await Target.start()
    const results = await interleave<Measured>(
      bench,
      new Map([
        [bare, () => loop(bench, target, false)],
        [kept, () => loop(bench, target, true)],
        [duly, () => drainDuly(bench, target)],
        ...peers.map((peer) => [peer.title, () => drainPeer(bench, target, peer)] as const),
      ]),
      ({ perSecond, cpu }) => `${number(perSecond)} calls/s, CPU ${number(cpu.programs)} + ${number(cpu.database)} µs`,
    )
    await target.stop()
    const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond)
    const faster = peers.toSorted((a, b) => median(rates(b.title)) - median(rates(a.title)))[0]?.title ?? ''
    return {
      title: `Draining ${number(tasks)} due tasks`,
      columns: [
        '',
        'calls/s',
        '÷ bare, new connections',
        '÷ bare, keep-alive',
        'CPU µs per call: its own',
        'PostgreSQL',
        'the target',
      ],
      rows: [...results].map(([name, measured]) => [
        name,
        spread(rates(name)),
        spread(ratios(rates(name), rates(bare)), 2),
        spread(ratios(rates(name), rates(kept)), 2),
        ...(['programs', 'database', 'target'] as const).map((part) => spread(measured.map(({ cpu }) => cpu[part]))),
      ]),
      verdicts: [
        verdict('Duly ÷ bare loop with new connections', ratios(rates(duly), rates(bare)), { atLeast: 0.8 }),
        verdict(`Duly ÷ the faster peer (${faster})`, ratios(rates(duly), rates(faster)), { atLeast: 1.25 }),
      ],
      notes: [
        `At most ${seats} calls in flight for each (Duly lets one service and one target use nine tenths of its seats), the same target, a checkpoint before each run.`,
        'Duly: claim, call, record and next time, from the first call that the target sees until every execution is recorded as a success.',
        '“New connections” is `keepalive: false`, a connection for each call, as in Duly and the peers. The bare loop has no database and stores nothing.',
        ...peers.map(({ title, how }) => `${title}: ${how}`),
        'CPU of PostgreSQL is that of the whole server, including autovacuum and checkpoints.',
      ],
    }
  },
}

async function loop({ server, tasks, seats }: Bench, target: Target, keepalive: boolean): Promise<Measured> {
  await target.reset(1, tasks)
  await server.checkpoint()
  const targetMs = target.program.cpuMs()
  const program = new Program('bench/fetch-loop.ts', [
    `${target.url}/`,
    String(tasks),
    String(seats),
    String(keepalive),
  ])
  const perSecond = Number(await program.output(30_000 + (tasks / slowest) * 1000))
  const perCall = (ms: number) => (ms * 1000) / tasks
  return {
    perSecond,
    cpu: { programs: perCall(program.cpuMs()), database: 0, target: perCall(target.program.cpuMs() - targetMs) },
  }
}

async function drainDuly({ server, tasks }: Bench, target: Target): Promise<Measured> {
  const database = await server.fresh()
  await seedDue(database.sql, tasks, `${target.url}/`)
  return drainAndDrop(database, {
    server,
    target,
    tasks,
    start: () => [launchService(database.url)],
    remaining: async () => tasks - (await countSuccesses(database)),
    stop: stopService,
  })
}

async function drainPeer({ server, tasks, seats }: Bench, target: Target, peer: Peer): Promise<Measured> {
  const database = await server.empty()
  await startPeer(peer, 'prepare', database.url, { calls: tasks, url: `${target.url}/`, seats }).output(600_000)
  await database.sql`vacuum analyze`
  return drainAndDrop(database, {
    server,
    target,
    tasks,
    start: () => [startPeer(peer, 'run', database.url, { calls: tasks, url: `${target.url}/`, seats })],
    remaining: async () => (await database.sql.unsafe<{ left: number }[]>(peer.remaining))[0]?.left ?? 0,
    stop: (program) => program.stop(),
  })
}

async function drainAndDrop(database: Scratch, plan: Parameters<typeof drain>[0]): Promise<Measured> {
  try {
    return await drain(plan)
  } finally {
    await database.drop()
  }
}

/** Counts the executions recorded as a success. */
export async function countSuccesses({ sql }: Scratch): Promise<number> {
  const [row] = await sql<{ done: number }[]>`select count(*)::int as done from execution where status = 'success'`
  return row?.done ?? 0
}
