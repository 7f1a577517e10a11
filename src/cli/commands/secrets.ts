import { Command } from 'commander'
import type { Config } from '../../config/config.ts'
import { connect } from '../../database/connect.ts'
import type { Sql } from '../../database/sql.ts'
import { sealStored } from '../../maintenance/reseal.ts'
import { addStoredKey, dropOldStoredKeys, openKeyring } from '../../secrets/keyring.ts'
import { SecretNames } from '../../secrets/names.ts'
import { countByKey, underRotationLock } from '../../secrets/queries.ts'
import { Secrets } from '../../secrets/secrets.ts'
import { CommandError } from '../command-error.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { withDatabase } from '../with-database.ts'

interface Output {
  json?: boolean
}

/** Creates `duly secrets`, which lists and rotates the keys that encrypt request headers, named secrets and what else is secret, even while Duly runs. */
export function secretsCommand(): Command {
  const secrets = new Command('secrets').description('List and rotate the keys that encrypt what is secret.')
  secrets
    .command('list')
    .description('List the ids of the keys, and how many tasks and other secrets each encrypts.')
    .option('--json', 'print JSON for scripts')
    .action((options: Output) => withDatabase((sql, config) => list(sql, config, options)))
  secrets
    .command('rotate')
    .description('Encrypt all secrets with the current key. In embedded mode, create a new key first.')
    .option('--json', 'print JSON for scripts')
    .addHelpText(
      'after',
      `
With DATABASE_URL the keys come from the environment. Set SECRET_KEY_OLD to the new key on every replica and restart
them, so that all can read it; then set SECRET_KEY to the new key and SECRET_KEY_OLD to the old one and restart them;
then run this with the same settings. After that, SECRET_KEY_OLD is no longer needed.`,
    )
    .action((options: Output) =>
      withDatabase(async (sql, config, url) => {
        const locking = connect(url, { max: 1, statementTimeoutSeconds: 0, name: 'duly cli', unchecked: true })
        try {
          if (!(await underRotationLock(locking, () => rotate(sql, config, options))))
            throw new CommandError('Another rotation is running: wait for its end.')
        } finally {
          await locking.end({ timeout: 2 })
        }
      }),
    )
  return secrets
}

async function list(sql: Sql, config: Config, { json }: Output): Promise<void> {
  const keys = openKeyring(config)?.keys() ?? []
  const used = await countByKey(sql)
  const ids = [...new Set([...keys.map(({ id }) => id), ...used.map(({ key_id }) => key_id)])]
  const rows = ids.map((id) => ({
    id,
    role: keys[0]?.id === id ? 'current' : keys.some((key) => key.id === id) ? 'old' : 'missing',
    tasks: used.find(({ key_id }) => key_id === id)?.tasks ?? 0,
    others: used.find(({ key_id }) => key_id === id)?.others ?? 0,
  }))
  if (json) return writeJson(rows)
  if (rows.length === 0) return writeLine('There is no key, and nothing is encrypted: set SECRET_KEY.')
  const line = ({ id, role, tasks, others }: (typeof rows)[number]) =>
    `${printable(id)}  ${role.padEnd(7)}  ${tasks} tasks${others > 0 ? `, ${others} other secrets` : ''}`
  await writeLine(rows.map(line).join('\n'))
}

async function rotate(sql: Sql, config: Config, { json }: Output): Promise<void> {
  const isEmbeddedKey = config.secretKeys.length === 0 && config.databaseUrl === undefined
  const keyring = openKeyring(config)
  if (!keyring)
    throw new CommandError('SECRET_KEY is not set: set it to the new key, and SECRET_KEY_OLD to the one before.')
  if (isEmbeddedKey) addStoredKey(config.dataDir)
  const secrets = new Secrets(new SecretNames(config.secretHeaders), keyring)
  const [current] = keyring.keys()
  const { sealed, others, unopened, skipped } = await sealStored(sql, secrets, [current.id])
  if (unopened.size > 0)
    throw new CommandError(
      `${[...unopened.values()].reduce((sum, tasks) => sum + tasks, 0)} tasks and other secrets are encrypted with keys that are missing (${[...unopened.keys()].join(', ')}): add them to SECRET_KEY_OLD and run this again, or set those secrets again.`,
    )
  if (skipped > 0)
    throw new CommandError(`${skipped} tasks were changed meanwhile and still have their old key: run this again.`)
  if (isEmbeddedKey) dropOldStoredKeys(config.dataDir)
  if (json) await writeJson({ key_id: current.id, tasks: sealed, others })
  else
    await writeLine(
      `Encrypted the secret headers of ${sealed} tasks and ${others} other secrets with the current key, ${current.id}.`,
    )
}
