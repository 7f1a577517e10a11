import { type Measured, runLoop } from '../bare-loop.ts'
import { type Bench, interleave, ratios, type Table } from '../bench.ts'
import { candidates, findBestConcurrency } from '../concurrency.ts'
import { drainBulk, drainVacuumed } from '../drain-duly.ts'
import { drainPeer, installPeers, peers } from '../peers.ts'
import { median, number, type Section, spread, verdict } from '../report.ts'
import { Target } from '../target.ts'

const kept = 'bare loop, kept connections'
const fresh = 'bare loop, new connections'
const duly = 'Duly'
const bulk = 'Duly, tables just made through the API'
/** New connections over HTTPS take some 20 times as long, most of it in the handshake, so that fewer calls are enough. */
const fewerOverHttps = 20
/** A peer is tried with fewer calls, since they must be queued for each trial. */
const fewerInTrials = 5
const leastCalls = 1_000

/** What `fetch` and the target speak, and the goals over it. */
interface Scheme {
  readonly name: 'HTTP' | 'HTTPS'
  /** Of the bare loop with kept connections. */
  readonly share: number
}

const timesTheFasterPeer = 1.25
const shareOfVacuumed = 0.9

/** A contender, with its calls in flight as the table shows them. */
interface Contender {
  readonly concurrency: string
  run(): Promise<Measured>
}

export const drainTable: Table = {
  name: 'drain',
  about: 'draining due tasks over HTTP: Duly, a bare fetch loop, graphile-worker, pg-boss',
  measure: (bench) => measure(bench, { name: 'HTTP', share: 0.3 }),
}

export const drainHttpsTable: Table = {
  name: 'drain-https',
  about: 'the same over HTTPS',
  measure: (bench) => measure(bench, { name: 'HTTPS', share: 0.4 }),
}

async function measure(bench: Bench, scheme: Scheme): Promise<Section> {
  await installPeers(bench.say)
  const target = await Target.start(1, scheme.name === 'HTTPS')
  const contenders = await choose(bench, target, scheme)
  const results = await interleave<Measured>(
    bench,
    new Map([...contenders].map(([name, { run }]) => [name, run])),
    ({ perSecond, cpu }) => `${number(perSecond)} calls/s, CPU ${number(cpu.programs)} + ${number(cpu.database)} µs`,
  )
  await target.stop()
  const rates = (name: string) => (results.get(name) ?? []).map(({ perSecond }) => perSecond)
  const faster = peers.map(ledgerTitle).toSorted((a, b) => median(rates(b)) - median(rates(a)))[0] ?? ''
  return {
    title: `Draining ${number(bench.tasks)} due tasks over ${scheme.name}`,
    columns: [
      '',
      'in flight',
      'calls/s',
      '÷ bare, kept connections',
      'CPU µs per call: its own',
      'PostgreSQL',
      'the target',
    ],
    rows: [...results].map(([name, measured]) => [
      name,
      contenders.get(name)?.concurrency ?? '',
      spread(rates(name)),
      spread(ratios(rates(name), rates(kept)), 2),
      ...(['programs', 'database', 'target'] as const).map((part) => spread(measured.map(({ cpu }) => cpu[part]))),
    ]),
    verdicts: [
      verdict(`Duly ÷ ${kept}`, ratios(rates(duly), rates(kept)), { atLeast: scheme.share }),
      verdict(`${bulk} ÷ Duly`, ratios(rates(bulk), rates(duly)), { atLeast: shareOfVacuumed }),
      verdict(`Duly ÷ ${faster}`, ratios(rates(duly), rates(faster)), { atLeast: timesTheFasterPeer }),
    ],
    notes: notesOf(bench, scheme),
  }
}

const ledgerTitle = ({ title }: { title: string }) => `${title}, the same ledger`

/** Finds the best concurrency of the bare loop and of each peer. Returns all contenders in the order of the table. */
async function choose(bench: Bench, target: Target, { name }: Scheme): Promise<Map<string, Contender>> {
  const { tasks } = bench
  const loop = (calls: number, concurrency: number, keepalive: boolean) =>
    runLoop(bench, target, { calls, concurrency, keepalive })
  const best = await findBestConcurrency(bench, kept, (concurrency) => loop(tasks, concurrency, true))
  const contenders = new Map<string, Contender>([
    [kept, { concurrency: number(best), run: () => loop(tasks, best, true) }],
    [fresh, { concurrency: number(best), run: () => loop(callsOfFresh(tasks, name), best, false) }],
    [duly, { concurrency: 'its window', run: () => drainVacuumed(bench, target) }],
    [bulk, { concurrency: 'its window', run: () => drainBulk(bench, target) }],
  ])
  for (const withLedger of [false, true])
    for (const peer of peers) {
      const title = withLedger ? ledgerTitle(peer) : peer.title
      const run = (calls: number, concurrency: number) =>
        drainPeer(bench, target, peer, { calls, url: `${target.url}/`, concurrency, withLedger })
      const own = await findBestConcurrency(bench, title, (concurrency) => run(callsOfTrial(tasks), concurrency))
      contenders.set(title, { concurrency: number(own), run: () => run(tasks, own) })
    }
  return contenders
}

const callsOfTrial = (tasks: number) => Math.min(tasks, Math.max(leastCalls, Math.round(tasks / fewerInTrials)))

const callsOfFresh = (tasks: number, scheme: Scheme['name']) =>
  scheme === 'HTTP' ? tasks : Math.min(tasks, Math.max(leastCalls, Math.round(tasks / fewerOverHttps)))

function notesOf({ tasks }: Bench, { name }: Scheme): string[] {
  return [
    `The bare loop with kept connections is the limit: no database, nothing stored. It and each peer have the number of calls in flight, of ${candidates.join(', ')}, with which they were fastest in a trial at the start of this run (${number(tasks)} calls of the loop, ${number(callsOfTrial(tasks))} of a peer). Duly decides by itself how many calls are in flight to a target.`,
    `“New connections” is \`keepalive: false\`, a connection for each call. All others keep theirs, as \`fetch\` does by default.${name === 'HTTPS' ? ` It makes ${number(callsOfFresh(tasks, name))} calls only, because each has its own handshake.` : ''}`,
    'Duly: claim, call, record and next time, from the first call that the target sees until every execution is recorded as a success. A failed execution makes the measurement fail. Its tables are vacuumed and analyzed before, or else their tasks come from `POST /tasks/bulk`, in bulks of 1,000, and nothing is done to the tables.',
    '“The same ledger”: the outcome, status, answer (64 KiB of it at most) and duration of each call are written into a table of executions, and the next time into a table of tasks, in batches of up to 500 calls or 25 ms with one statement each; a job is completed when its call is written. bench/peers/ledger.ts. Without it a peer stores nothing of a call but that its job is done.',
    ...peers.map(({ title, how }) => `${title}: ${how}`),
    `${name === 'HTTPS' ? 'The certificate has an RSA key of 2,048 bits. ' : ''}The target is the same for all. A checkpoint runs before each measurement. CPU of PostgreSQL is that of the whole server, including autovacuum and checkpoints.`,
  ]
}
