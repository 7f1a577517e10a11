import type { Server } from './database.ts'
import type { Section } from './report.ts'

/** What a table gets to work with. */
export interface Bench {
  readonly server: Server
  readonly rounds: number
  /** The size of the drain; every other size follows from it. */
  readonly tasks: number
  /** How long a soak goes on. */
  readonly minutes: number
  /** False for a quick run: waits are short then, and the figures are none to quote. */
  readonly full: boolean
  /** The service's default for calls in flight at most. */
  readonly seats: number
  say(line: string): void
}

export interface Table {
  readonly name: string
  /** What it measures, for --help. */
  readonly about: string
  /** It takes so long that it is measured only when it is named, and then once, whatever the rounds. */
  readonly onlyNamed?: boolean
  measure(bench: Bench): Promise<Section>
}

/**
 * Runs contenders one after another, round after round, each round beginning with the next one: what drifts on the
 * machine meets all of them alike.
 * @returns what each gave in each round
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

/** One value over another, round by round. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, round) => value / (to[round] as number))
}
