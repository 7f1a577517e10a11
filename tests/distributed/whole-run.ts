import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Sent } from './check-sent.ts'
import known from './known.json' with { type: 'json' }
import { explain, unbroken } from './ledger.ts'
import { placesOfStatements } from './places.ts'

/**
 * Returns what each process of a run has sent.
 * @param folder where each has written it
 */
export async function readSent(folder: string): Promise<readonly Sent[]> {
  const files = readdirSync(folder).map((file) => Bun.file(join(folder, file)))
  return Promise.all(files.map((file): Promise<Sent> => file.json()))
}

/**
 * Returns what only a whole run of the tests can tell: statements that were not sent and that the ledger does not list as such,
 * and entries of the ledger for some forms of a statement of which no form was sent that breaks the rule.
 * @param results what each process of the run has sent
 * @param notSent statements that are known not to be sent
 */
export async function checkWholeRun(
  results: readonly Sent[],
  notSent: readonly string[] = known.notSent,
): Promise<readonly string[]> {
  const sent = new Set([...notSent, ...results.flatMap((each) => each.sent)])
  const places = await placesOfStatements()
  const missing = [...places].filter(([name]) => !sent.has(name))
  return [
    ...missing.map(
      ([name, place]) =>
        `No test has sent ${name} (${place}), so nothing tells how it would run on Citus: write a test that sends it from its own ` +
        'process, or add its name to "notSent" in tests/distributed/known.json.',
    ),
    ...unbroken(new Set(results.flatMap(({ broken }) => broken))).map((each) => explain(each, places)),
  ]
}
