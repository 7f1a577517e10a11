import { join } from 'node:path'
import { connect } from '../../src/database/connect.ts'
import { sentStatements } from '../support/sent-statements.ts'
import { placesOfStatements } from './places.ts'

/** What a process of the tests writes down for the check of a whole run: `whole-run.ts`. */
export interface Sent {
  /** The names of the statements that it has sent. */
  readonly sent: readonly string[]
  /** The rules that they break, as `rule: statement`. */
  readonly broken: readonly string[]
  /** Those that one form at least of a statement has kept. */
  readonly kept: readonly string[]
}

/**
 * Fails if a statement that this process has sent breaks a rule and is not in the ledger, or is there and breaks none.
 * @param folder where the names of the statements are written down, for `tests/support/run.ts`
 */
export async function checkSent(folder: string): Promise<void> {
  // Loaded here, because most processes of the tests begin and end without the parser.
  const [{ compare, explain }, { readVolatility }] = await Promise.all([
    import('./ledger.ts'),
    import('./functions.ts'),
  ])
  const options = { max: 1, statementTimeoutSeconds: 20, name: 'duly test lint' }
  const sql = connect(Bun.env.TEST_DATABASE_URL ?? '', options)
  const volatility = await readVolatility(sql).finally(() => sql.end({ timeout: 2 }))
  const { differences, broken, kept } = compare(sentStatements, volatility)
  const sent = [...new Set([...sentStatements].map((text) => /duly:([a-z_]+)/.exec(text)?.[1] ?? ''))]
  await Bun.write(join(folder, `${process.pid}.json`), JSON.stringify({ sent, broken, kept } satisfies Sent))
  if (differences.length === 0 || Bun.env.WRITE_LEDGER === '1') return
  const places = await placesOfStatements()
  throw new Error(['', ...differences.map((each) => explain(each, places))].join('\n'))
}
