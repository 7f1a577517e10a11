import type { Server } from './database.ts'
import type { Section } from './report.ts'

/** The context of a measurement. */
export interface Bench {
  readonly server: Server
  readonly rounds: number
  /** The size of the drain; every other size follows from it. */
  readonly tasks: number
  /** Duration of a soak, in minutes. */
  readonly minutes: number
  /** False for a quick run with short waits, whose figures must not be quoted. */
  readonly full: boolean
  /** The service's default for the maximum number of calls in flight. */
  readonly seats: number
  say(line: string): void
}

export interface Table {
  readonly name: string
  /** What it measures, for --help. */
  readonly about: string
  /** Whether it takes so long that it is measured only if named, and then once regardless of `rounds`. */
  readonly onlyNamed?: boolean
  measure(bench: Bench): Promise<Section>
}

/**
 * Runs all contenders one after another in each round. Each round starts with the next contender, so that drift of the
 * machine affects all of them equally.
 * @returns the results of each contender by round
 */
export async function interleave<T>(
  { rounds, say }: Pick<Bench, 'rounds' | 'say'>,
  contenders: ReadonlyMap<string, () => Promise<T>>,
  tell: (result: T) => string,
): Promise<Map<string, T[]>> {
  const names = [...contenders.keys()]
  const results = new Map<string, T[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length] as string
      const result = await (contenders.get(name) as () => Promise<T>)()
      results.get(name)?.push(result)
      say(`  round ${round + 1} of ${rounds}, ${name}: ${tell(result)}`)
    }
  return results
}

/** Returns the ratio of two values for each round. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, round) => value / (to[round] as number))
}
