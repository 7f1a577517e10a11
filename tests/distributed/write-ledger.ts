import { join } from 'node:path'
import type { Sent } from './check-sent.ts'
import known from './known.json' with { type: 'json' }
import { placesOfStatements } from './places.ts'

/** The ledger as a file has it. */
export type Known = typeof known

const someForms = ' (some forms)'

/**
 * Returns the ledger as a run of the tests has shown it to be. Of statements that were not sent it is left as it is.
 * @param results what each process of the run has sent
 * @param names the statements that Duly has
 * @param whole whether all tests have run, so that what was not sent is to be listed as such
 */
export function corrected(ledger: Known, results: readonly Sent[], names: ReadonlySet<string>, whole: boolean): Known {
  const sent = new Set(results.flatMap((each) => each.sent))
  const broken = new Set(results.flatMap((each) => each.broken))
  const kept = new Set(results.flatMap((each) => each.kept))
  const statements = Object.entries(ledger.statements).map(([rule, entries]) => {
    const before = entries.filter((entry) => {
      const name = entry.replace(someForms, '')
      return names.has(name) && (!sent.has(name) || (!whole && entry !== name))
    })
    const listed = new Set(before.map((entry) => entry.replace(someForms, '')))
    const added = [...sent].filter((name) => !listed.has(name) && broken.has(`${rule}: ${name}`))
    const entryOf = (name: string) => (kept.has(`${rule}: ${name}`) ? `${name}${someForms}` : name)
    return [rule, [...before, ...added.map(entryOf)].sort()]
  })
  const unsent = whole ? [...names] : ledger.notSent
  const notSent = unsent.filter((name) => names.has(name) && !sent.has(name)).sort()
  return { ...ledger, statements: Object.fromEntries(statements), notSent }
}

/** Writes what a run has shown into the ledger, for `WRITE_LEDGER=1 bun run test`. */
export async function writeLedger(results: readonly Sent[], whole: boolean): Promise<void> {
  const names = new Set((await placesOfStatements()).keys())
  const file = join(import.meta.dir, 'known.json')
  await Bun.write(file, JSON.stringify(corrected(known, results, names, whole)))
  const biome = join(import.meta.dir, '../../node_modules/.bin/biome')
  await Bun.spawn([biome, 'format', '--write', file], { stdio: ['ignore', 'ignore', 'inherit'] }).exited
}
