import { breakOff } from './break-off.ts'
import { Client, type Holding } from './client.ts'
import { type Operation, operations } from './requests.ts'

/**
 * The API load of the soak, as a separate process: a fixed number of operations per second, however long they take, so that
 * nothing is saturated. Reads a SoakLoad as JSON from stdin and prints its Tally as JSON at the end.
 */
export interface SoakLoad {
  readonly base: string
  readonly holdings: readonly Holding[]
  readonly seconds: number
  readonly perSecond: number
}

/** With more operations in progress, further ones are skipped and counted, since the measurement is then not valid. */
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

/** Returns each operation as often as its share says, spread over a round. */
function shuffle(shares: readonly (readonly [share: number, Operation])[]): Operation[] {
  return shares
    .flatMap(([share, operation]) => Array.from({ length: share }, (_, n) => ({ at: (n + 0.5) / share, operation })))
    .sort((a, b) => a.at - b.at)
    .map(({ operation }) => operation)
}
