import { type Command, CommanderError } from 'commander'
import { ConfigError } from '../config-error.ts'
import { CredentialsFileError } from '../services/credentials-file.ts'
import { CommandError, UsageError } from './command-error.ts'
import { writeError } from './output.ts'
import { printableJson } from './printable.ts'

/** Explains the exit codes; at the end of the help of every program and group of commands. */
export const exitCodes = 'Exit codes: 0 success; 1 refused or failed; 2 wrong usage.'

/** Errors whose message is a sentence for a person. */
const errorsWithSentence = [CommandError, ConfigError, CredentialsFileError]

/**
 * Runs a command line and ends the process: with exit code 0, or after one sentence on stderr with 1 for a failure and 2 for
 * wrong usage. With --json the error is one line of JSON: {"message", "code", "errors"}.
 * @param sentenceOf returns the sentence for errors that only some commands have; undefined for others
 */
export async function runProgram(
  program: Command,
  args: readonly string[],
  sentenceOf: (error: unknown) => string | undefined = () => undefined,
): Promise<never> {
  const end = args.indexOf('--')
  const isJson = args.slice(0, end < 0 ? undefined : end).includes('--json')
  configure(program, isJson)
  try {
    await program.parseAsync(args, { from: 'user' })
    process.exit(0)
  } catch (error) {
    const code = exitCodeOf(error)
    if (code !== 0) report(error, isJson, sentenceOf)
    process.exit(code)
  }
}

/** Makes a command and its subcommands throw instead of ending the process, and write errors escaped and without colours. */
function configure(command: Command, isJson: boolean): void {
  command.exitOverride().configureOutput({
    writeErr: (text) => writeError(text.replace(/\n$/, '')),
    outputError: (text, write) => (isJson ? undefined : write(text)),
    getErrHasColors: () => false,
    getOutHasColors: () => false,
  })
  for (const subcommand of command.commands) configure(subcommand, isJson)
}

/** Returns 2 for wrong usage, 0 after --help and --version, 1 for any other error. */
function exitCodeOf(error: unknown): 0 | 1 | 2 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  return error instanceof UsageError ? 2 : 1
}

function report(error: unknown, isJson: boolean, sentenceOf: (error: unknown) => string | undefined): void {
  if (error instanceof CommanderError) {
    // Commander has written its errors already, unless they are to be JSON.
    if (isJson) writeError(printableJson({ message: commanderSentence(error), code: 'usage', errors: [] }))
    return
  }
  const message = sentence(error, sentenceOf)
  const { code, errors } = error instanceof CommandError ? error : { code: 'failed', errors: [] }
  writeError(isJson ? printableJson({ message, code, errors }) : `duly: ${message}`)
}

const commanderSentence = ({ code, message }: CommanderError) =>
  code === 'commander.help' ? 'A command is missing.' : message.replace(/^error: /, '')

/** Returns the sentence to print for an error. Never includes a stack trace. */
function sentence(error: unknown, sentenceOf: (error: unknown) => string | undefined): string {
  const { message, code } = error as { message?: string; code?: string }
  if (errorsWithSentence.some((kind) => error instanceof kind)) return String(message)
  return sentenceOf(error) ?? `${message}${code ? ` (${code})` : ''}`
}
