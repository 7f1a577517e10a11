import { Command, CommanderError } from 'commander'
import { version } from '../../../package.json'
import { ConfigError } from '../../config.ts'
import { isDatabaseUnavailable, rejectsSettings } from '../../database/fault.ts'
import { MigrationError } from '../../database/migrate.ts'
import { EmbeddedDatabaseError } from '../../embedded-postgres/embedded-database-error.ts'
import { KeyFileError } from '../../secrets/keyring.ts'
import { ListenError } from '../../serve/listen.ts'
import { CredentialsFileError } from '../../services/first-service.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { tell } from '../output.ts'
import { migrateCommand } from './migrate.ts'
import { secretsCommand } from './secrets.ts'
import { serveCommand } from './serve.ts'
import { serviceCommand } from './service.ts'
import { taskCommand } from './task.ts'
import { versionCommand } from './version.ts'

/** Runs the command line and ends the process: exit code 0; or 1 after one sentence on stderr, 2 for a usage that is wrong. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('duly')
    .description('Calls HTTP endpoints when they are due, and writes down what happened.')
    .version(version)
    .addHelpText(
      'after',
      `
Settings are environment variables; the README lists them.

Exit codes: 0 done; 1 refused or failed; 2 the command was not given right.`,
    )
    .addCommand(serveCommand())
    .addCommand(migrateCommand())
    .addCommand(serviceCommand())
    .addCommand(taskCommand())
    .addCommand(secretsCommand())
    .addCommand(versionCommand())
  settle(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    process.exit(0)
  } catch (error) {
    if (!(error instanceof CommanderError)) tell(`duly: ${sentence(error)}`)
    process.exit(exitCodeOf(error))
  }
}

/** Has a command, and those below it, throw where it would end the process, and show what it complains of and no more. */
function settle(command: Command): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => tell(text.replace(/\n$/, '')),
    getErrHasColors: () => false,
    getOutHasColors: () => false,
  })
  command.commands.forEach(settle)
}

/** A usage that is wrong is 2, whichever command it is of; help that was asked for is none. */
function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

const foreseen = [
  CommandError,
  ConfigError,
  EmbeddedDatabaseError,
  MigrationError,
  ListenError,
  CredentialsFileError,
  KeyFileError,
]

/** What to tell a person: the sentence of an error that was foreseen, and never a stack trace. */
function sentence(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  if (foreseen.some((kind) => error instanceof kind)) return String(message)
  if (code === '28P01') return 'PostgreSQL refuses the user or password of DATABASE_URL.'
  if (rejectsSettings(error))
    return `The server of DATABASE_URL refuses the connection: ${message}${adviceFor(message)}`
  if (isDatabaseUnavailable(error))
    return `The database cannot be reached (${code}): check DATABASE_URL and that PostgreSQL runs.`
  if (code === 'EACCES' || code === 'EPERM') return `No permission: ${message}. Check who owns DATA_DIR.`
  return `${message}${code ? ` (${code})` : ''}`
}

function adviceFor(message = ''): string {
  if (message.includes('unsupported startup parameter'))
    return ' (set ignore_startup_parameters = options in PgBouncer, see docs/operating.md)'
  return message.includes('no encryption') ? ' (sslmode=require in DATABASE_URL asks for TLS)' : ''
}

if (import.meta.main) await main(process.argv.slice(2))
