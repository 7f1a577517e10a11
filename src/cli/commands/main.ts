import { Command } from 'commander'
import { version } from '../../../package.json'
import { isDatabaseUnavailable, rejectsSettings } from '../../database/fault.ts'
import { MigrationError } from '../../database/migration-error.ts'
import { EmbeddedDatabaseError } from '../../embedded-postgres/embedded-database-error.ts'
import { KeyFileError } from '../../secrets/keyring.ts'
import { ListenError } from '../../serve/listen.ts'
import { clientCommands } from '../client/program.ts'
import { exitCodes, runProgram } from '../run-program.ts'
import { doctorCommand } from './doctor.ts'
import { migrateCommand } from './migrate.ts'
import { operatorTokenCommand } from './operator-token.ts'
import { secretsCommand } from './secrets.ts'
import { serveCommand } from './serve.ts'
import { serviceCommand } from './service.ts'
import { skipMissedCommand } from './skip-missed.ts'
import { versionCommand } from './version.ts'

/** Commands that run Duly, or that use its database. To add one, write its file and add it here. */
const commands = [
  serveCommand,
  migrateCommand,
  doctorCommand,
  serviceCommand,
  operatorTokenCommand,
  secretsCommand,
  skipMissedCommand,
  versionCommand,
]

/**
 * Runs the whole command line and ends the process: with exit code 0, or after one sentence on stderr with 1 for a failure
 * and 2 for wrong usage.
 */
export async function main(args: readonly string[]): Promise<void> {
  await runProgram(wholeProgram(), args, sentence)
}

/** Creates the program with all commands. */
export function wholeProgram(): Command {
  const program = new Command('duly')
    .description('Calls HTTP endpoints when they are due, and writes down what happened.')
    .version(version)
    .addHelpText('after', `\nSettings are environment variables; the README lists them.\n\n${exitCodes}`)
  for (const command of [...commands, ...clientCommands]) program.addCommand(command())
  return program
}

/** Errors whose message is a sentence for a person. */
const errorsWithSentence = [EmbeddedDatabaseError, MigrationError, ListenError, KeyFileError]

/** Returns the sentence to print for an error of a service or its database; undefined for any other error. */
function sentence(error: unknown): string | undefined {
  const { message, code } = error as { message?: string; code?: string }
  if (errorsWithSentence.some((kind) => error instanceof kind)) return String(message)
  if (code === '28P01') return 'PostgreSQL refuses the user or password of DATABASE_URL.'
  if (rejectsSettings(error))
    return `The server of DATABASE_URL refuses the connection: ${message}${adviceFor(message)}`
  if (isDatabaseUnavailable(error))
    return `The database cannot be reached (${code}): check DATABASE_URL and that PostgreSQL runs.`
  if (code === 'EACCES' || code === 'EPERM') return `No permission: ${message}. Check who owns DATA_DIR.`
  return undefined
}

function adviceFor(message = ''): string {
  if (message.includes('unsupported startup parameter'))
    return ' (add it to ignore_startup_parameters in PgBouncer, see docs/database.md)'
  return message.includes('no encryption') ? ' (sslmode=require in DATABASE_URL asks for TLS)' : ''
}

if (import.meta.main) await main(process.argv.slice(2))
