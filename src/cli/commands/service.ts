import { Command } from 'commander'
import { commandLine } from '../../audit/actor.ts'
import type { Config } from '../../config/config.ts'
import type { Sql } from '../../database/sql.ts'
import type { Credentials } from '../../http/auth-schemes.ts'
import { setCatchUp } from '../../services/catch-up.ts'
import { createToken, hashToken } from '../../services/credentials.ts'
import { readFirstCredentials, removeFirstCredentials, writeFirstCredentials } from '../../services/credentials-file.ts'
import { insertService, listServices, rotateToken } from '../../services/queries.ts'
import { removeService } from '../../services/remove-service.ts'
import { UsageError } from '../command-error.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { wholeNumber } from '../whole-number.ts'
import { withDatabase } from '../with-database.ts'
import { requireName } from './require-name.ts'
import { noSuchService, requireId } from './service-id.ts'
import { serviceRetentionCommand } from './service-retention.ts'

interface Output {
  json?: boolean
}

/** Creates `duly service`. Its commands change the database directly, whether Duly is running or not. */
export function serviceCommand(): Command {
  const service = new Command('service').description(
    'Create, list and delete services, rotate their tokens, and set how fast they catch up and for how long their executions are kept.',
  )
  service
    .command('create')
    .argument('<name>', 'a name of 1 to 200 characters')
    .description('Create a service, and print its id and its token. The token cannot be shown again.')
    .option('--json', 'print JSON for scripts')
    .action((name: string, options: Output) => {
      requireName(name)
      return withDatabase((sql) => create(sql, name, options))
    })
  service
    .command('list')
    .description('List the services and how many tasks each has.')
    .option('--json', 'print JSON for scripts')
    .action((options: Output) => withDatabase((sql) => list(sql, options)))
  service
    .command('rotate-token')
    .argument('<id>', 'the id of the service')
    .description('Create a new token for a service. The old one stays valid for --grace-seconds.')
    .option('--grace-seconds <seconds>', 'how long the old token stays valid, 0 to 604800', '3600')
    .option('--json', 'print JSON for scripts')
    .action((id: string, options: Output & { graceSeconds: string }) => {
      requireId(id)
      const grace = wholeNumber('--grace-seconds', options.graceSeconds, 0, 604_800)
      return withDatabase((sql, config) => rotate(sql, config, id, grace, options))
    })
  service
    .command('catch-up')
    .argument('<id>', 'the id of the service')
    .description('Set how many late slots of a service start in a second at most, as after an outage.')
    .option('--per-second <n>', 'late slots that start in a second, 1 to 100000; 0 for no limit')
    .option('--json', 'print JSON for scripts')
    .action((id: string, options: Output & { perSecond?: string }) => {
      requireId(id)
      if (options.perSecond === undefined)
        throw new UsageError('Nothing says how many: give --per-second, such as --per-second 200, or 0 for no limit.')
      const perSecond = wholeNumber('--per-second', options.perSecond, 0, 100_000)
      return withDatabase((sql) => catchUp(sql, id, perSecond, options))
    })
  service.addCommand(serviceRetentionCommand())
  service
    .command('delete')
    .argument('<id>', 'the id of the service')
    .description('Delete a service with all its tasks and executions.')
    .option('--json', 'print JSON for scripts')
    .action((id: string, options: Output) => {
      requireId(id)
      return withDatabase((sql, config) => remove(sql, config, id, options))
    })
  return service
}

async function create(sql: Sql, name: string, { json }: Output): Promise<void> {
  const id = Bun.randomUUIDv7()
  const token = createToken()
  await insertService(sql, { id, name, token_hash: hashToken(token) }, commandLine())
  if (json) await writeJson({ id, name, token })
  else
    await writeLine(
      `Created ${printable(name)}.\n  Service id  ${id}\n  Token       ${token}\nThe token cannot be shown again.`,
    )
}

async function list(sql: Sql, { json }: Output): Promise<void> {
  const services = await listServices(sql)
  if (json) return writeJson(services)
  if (services.length === 0) return writeLine('There is no service yet: duly service create NAME')
  const lines = services.map(
    ({ id, created_at, tasks, name }) => `${id}  ${created_at.slice(0, 10)}  ${tasks} tasks  ${printable(name)}`,
  )
  await writeLine(lines.join('\n'))
}

async function rotate(sql: Sql, config: Config, id: string, grace: number, { json }: Output): Promise<void> {
  const token = createToken()
  const stored = firstCredentials(config, id)
  // The file first: if this process is killed in between, the next start of the service copies the file's token to the database.
  if (stored) writeFirstCredentials(config.dataDir, { id: stored.id, token })
  try {
    if (!(await rotateToken(sql, id, hashToken(token), grace, commandLine()))) throw noSuchService(id)
  } catch (error) {
    if (stored) writeFirstCredentials(config.dataDir, stored)
    throw error
  }
  const old = grace === 0 ? 'The old token is no longer valid.' : `The old token stays valid for ${grace} s.`
  if (json) await writeJson({ id, token, grace_seconds: grace })
  else await writeLine(`  Service id  ${id}\n  Token       ${token}\n${old} The new one cannot be shown again.`)
}

async function catchUp(sql: Sql, id: string, perSecond: number, { json }: Output): Promise<void> {
  if (!(await setCatchUp(sql, id, perSecond || null, commandLine()))) throw noSuchService(id)
  if (json) await writeJson({ id, catch_up_per_second: perSecond })
  else
    await writeLine(
      perSecond === 0 ? 'Late slots start without a limit.' : `At most ${perSecond} late slots start in a second.`,
    )
}

async function remove(sql: Sql, config: Config, id: string, { json }: Output): Promise<void> {
  if (!(await removeService(sql, id, commandLine()))) throw noSuchService(id)
  if (firstCredentials(config, id)) removeFirstCredentials(config.dataDir)
  await (json ? writeJson({ id, deleted: true }) : writeLine(`Deleted ${id} with its tasks and executions.`))
}

/** Returns the credentials in DATA_DIR when they are those of service `id`; undefined otherwise. */
function firstCredentials(config: Config, id: string): Credentials | undefined {
  const stored = config.databaseUrl === undefined ? readFirstCredentials(config.dataDir) : undefined
  return stored?.id === id.toLowerCase() ? stored : undefined
}
