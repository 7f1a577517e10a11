import { breakOff } from './break-off.ts'
import { Client, type Holding } from './client.ts'
import { type Operation, operations } from './requests.ts'

/**
 * The API's load in the soak, as a process of its own: a fixed number of operations a second, whatever they take, so that
 * it does not saturate anything. What to do comes as JSON on stdin; the tally so far goes out as a line of JSON at the end.
 */
export interface SoakLoad {
  readonly base: string
  readonly holdings: readonly Holding[]
  readonly seconds: number
  readonly perSecond: number
}

/** With more under way an operation is left out and counted: the service is not what is measured then. */
const underWayAtMost = 100

if (import.meta.main) await run((await Bun.stdin.json()) as SoakLoad)

async function run({ base, holdings, seconds, perSecond }: SoakLoad): Promise<void> {
  const client = new Client(base, holdings)
  const done = new Map<Operation, number>()
  const deal = shuffle([[3, breakOff], ...operations])
  const started = performance.now()
  const underWay = new Set<Promise<unknown>>()
  for (let n = 0; n < seconds * perSecond; n++) {
    await Bun.sleep(Math.max(0, started + (n * 1000) / perSecond - performance.now()))
    if (underWay.size >= underWayAtMost) {
      client.tally.leftOut++
      continue
    }
    const operation = deal[n % deal.length] as Operation
    const turn = done.get(operation) ?? 0
    done.set(operation, turn + 1)
    const work: Promise<unknown> = operation(client, turn)
      .catch((error: Error) => client.note(`an operation failed: ${error.message}`))
      .finally(() => underWay.delete(work))
    underWay.add(work)
  }
  await Bun.sleep(Math.max(0, started + seconds * 1000 - performance.now()))
  await Promise.all(underWay)
  console.log(JSON.stringify(client.tally))
}

/** Each operation as often as its share says, spread out over a round. */
function shuffle(shares: readonly (readonly [share: number, Operation])[]): Operation[] {
  return shares
    .flatMap(([share, operation]) => Array.from({ length: share }, (_, n) => ({ at: (n + 0.5) / share, operation })))
    .sort((a, b) => a.at - b.at)
    .map(({ operation }) => operation)
}
