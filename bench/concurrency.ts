import { type Bench, interleave } from './bench.ts'
import { number } from './report.ts'

/** The numbers of calls in flight that are tried. */
export const candidates = [4, 8, 16, 32, 64, 128]

/** Measures a program with each number of calls in flight, once, and returns the number with the most calls per second. */
export async function findBestConcurrency(
  bench: Pick<Bench, 'say'>,
  name: string,
  measure: (concurrency: number) => Promise<{ readonly perSecond: number }>,
): Promise<number> {
  const trials = new Map(
    candidates.map((concurrency) => [`${name}, ${concurrency} in flight`, () => measure(concurrency)]),
  )
  const results = await interleave(
    { rounds: 1, say: bench.say },
    trials,
    ({ perSecond }) => `${number(perSecond)} calls/s`,
  )
  const rates = [...results.values()].map(([only]) => only?.perSecond ?? 0)
  const best = candidates[rates.indexOf(Math.max(...rates))] as number
  bench.say(`  ${name}: best with ${best} in flight`)
  return best
}
