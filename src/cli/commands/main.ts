import { Command, CommanderError } from 'commander'
import { version } from '../../../package.json'
import { ConfigError } from '../../config-error.ts'
import { isDatabaseUnavailable, rejectsSettings } from '../../database/fault.ts'
import { MigrationError } from '../../database/migration-error.ts'
import { EmbeddedDatabaseError } from '../../embedded-postgres/embedded-database-error.ts'
import { KeyFileError } from '../../secrets/keyring.ts'
import { ListenError } from '../../serve/listen.ts'
import { CredentialsFileError } from '../../services/first-service.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { writeError } from '../output.ts'
import { migrateCommand } from './migrate.ts'
import { secretsCommand } from './secrets.ts'
import { serveCommand } from './serve.ts'
import { serviceCommand } from './service.ts'
import { taskCommand } from './task.ts'
import { versionCommand } from './version.ts'

/** All commands. To add one, write its file and add it here. */
const commands = [serveCommand, migrateCommand, serviceCommand, taskCommand, secretsCommand, versionCommand]

/**
 * Runs the command line and ends the process: with exit code 0, or after one sentence on stderr with 1 for a failure and 2
 * for wrong usage.
 */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('duly')
    .description('Calls HTTP endpoints when they are due, and writes down what happened.')
    .version(version)
    .addHelpText(
      'after',
      `
Settings are environment variables; the README lists them.

Exit codes: 0 success; 1 refused or failed; 2 wrong usage.`,
    )
  for (const command of commands) program.addCommand(command())
  configure(program)
  try {
    await program.parseAsync(args, { from: 'user' })
    process.exit(0)
  } catch (error) {
    if (!(error instanceof CommanderError)) writeError(`duly: ${sentence(error)}`)
    process.exit(exitCodeOf(error))
  }
}

/** Makes a command and its subcommands throw instead of ending the process, and write errors escaped and without colours. */
function configure(command: Command): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => writeError(text.replace(/\n$/, '')),
    getErrHasColors: () => false,
    getOutHasColors: () => false,
  })
  command.commands.forEach(configure)
}

/** Returns 2 for wrong usage, 0 after --help and --version, 1 for any other error. */
function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

/** Errors whose message is a sentence for a person. */
const errorsWithSentence = [
  CommandError,
  ConfigError,
  EmbeddedDatabaseError,
  MigrationError,
  ListenError,
  CredentialsFileError,
  KeyFileError,
]

/** Returns the sentence to print for an error. Never includes a stack trace. */
function sentence(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string }
  if (errorsWithSentence.some((kind) => error instanceof kind)) return String(message)
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
