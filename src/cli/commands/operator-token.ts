import { Command } from 'commander'
import { commandLine } from '../../audit/actor.ts'
import type { Sql } from '../../database/sql.ts'
import { createOperatorToken, hashToken } from '../../services/credentials.ts'
import {
  deleteOperatorToken,
  insertOperatorToken,
  listOperatorTokens,
  type OperatorToken,
} from '../../services/operator-tokens.ts'
import { CommandError } from '../command-error.ts'
import { readDuration } from '../duration.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { withDatabase } from '../with-database.ts'
import { requireName } from './require-name.ts'

interface Output {
  json?: boolean
}

/** Creates `duly operator-token`. Its commands change the database directly, whether Duly is running or not. */
export function operatorTokenCommand(): Command {
  const token = new Command('operator-token').description(
    'Create, list and delete tokens that read every service and change nothing, for those who run Duly.',
  )
  token
    .command('create')
    .argument('<name>', 'a name of 1 to 200 characters')
    .description('Create a token, and print it. It cannot be shown again. With it the dashboard shows all services.')
    .option('--expires-in <duration>', 'such as 90d, 12h or 30m (default: never)')
    .option('--json', 'print JSON for scripts')
    .action((name: string, { expiresIn, ...output }: Output & { expiresIn?: string }) => {
      requireName(name)
      const seconds = expiresIn === undefined ? null : readDuration('--expires-in', expiresIn) / 1_000
      return withDatabase((sql) => create(sql, name, seconds, output))
    })
  token
    .command('list')
    .description('List the tokens: who made them and when, when they expire, when they were used.')
    .option('--deleted', 'also the deleted ones: who deleted them and when')
    .option('--json', 'print JSON for scripts')
    .action(({ deleted, ...output }: Output & { deleted?: boolean }) =>
      withDatabase((sql) => list(sql, deleted === true, output)),
    )
  token
    .command('delete')
    .argument('<name>', 'the name of the token')
    .description('Delete a token, which is refused from then on.')
    .option('--json', 'print JSON for scripts')
    .action((name: string, output: Output) => withDatabase((sql) => remove(sql, name, output)))
  return token
}

async function create(sql: Sql, name: string, seconds: number | null, { json }: Output): Promise<void> {
  const token = createOperatorToken()
  const row = { id: Bun.randomUUIDv7(), name, hash: hashToken(token), seconds }
  const created = await insertOperatorToken(sql, row, commandLine())
  if (!created)
    throw new CommandError(
      `There is a token of an operator named ${printable(name)}: choose another name, or delete that one first.`,
    )
  const { id, expires_at } = created
  if (json) return writeJson({ id, name, expires_at, token })
  const until = expires_at === null ? '' : `, valid until ${expires_at}`
  await writeLine(`Created ${printable(name)}${until}.\n  Token  ${token}\nThe token cannot be shown again.`)
}

async function list(sql: Sql, deleted: boolean, { json }: Output): Promise<void> {
  const tokens = await listOperatorTokens(sql, deleted)
  if (json) return writeJson(tokens)
  if (tokens.length === 0) return writeLine('There is no token of an operator: duly operator-token create NAME')
  await writeLine(tokens.map(lineOf).join('\n'))
}

function lineOf({
  name,
  created_at,
  created_by,
  expires_at,
  last_used_on,
  deleted_at,
  deleted_by,
}: OperatorToken): string {
  const deletion = deleted_at === null ? [] : [`deleted ${deleted_at} ${by(deleted_by)}`]
  const made = `${created_at.slice(0, 10)} ${by(created_by)}`
  const use = [`expires ${expires_at ?? 'never'}`, `last used ${last_used_on ?? 'never'}`]
  return [made, ...use, ...deletion, printable(name)].join('  ')
}

/** A user of the machine; null for one without a name. */
const by = (user: string | null) => `by ${user === null ? 'an unknown user' : printable(user)}`

async function remove(sql: Sql, name: string, { json }: Output): Promise<void> {
  if (!(await deleteOperatorToken(sql, name, commandLine())))
    throw new CommandError(
      `There is no token of an operator named ${printable(name)}: duly operator-token list shows them.`,
    )
  await (json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the token ${printable(name)}.`))
}
