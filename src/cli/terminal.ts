import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandError, UsageError } from './command-error.ts'

/** Whether there is a person to ask: stdin and stderr are terminals. */
export const hasTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/**
 * Asks for confirmation on the terminal.
 * @param question such as "Delete task X?"
 * @param refusal the error for any answer but y or yes, as a sentence
 * @throws UsageError without a terminal, CommandError for any answer but y or yes
 */
export async function confirm(question: string, refusal: string): Promise<void> {
  if (!hasTerminal()) throw new UsageError('There is no terminal to ask on: pass --yes to delete without being asked.')
  const answer = await ask(`${question} [y/N] `)
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(refusal)
}

/** Asks a question on the terminal. Returns the answer; empty at the end of the input. */
export function ask(question: string): Promise<string> {
  // The terminal itself shows what is typed. The question goes to stderr, because stdout is for the result.
  return answerTo(question, process.stderr, false)
}

/** Asks for a secret on the terminal, which does not show what is typed. Returns an empty text at the end of the input. */
export async function askSecret(question: string): Promise<string> {
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await answerTo(question, hidden, true)
  process.stderr.write('\n')
  return answer
}

/** @param isRaw whether the terminal leaves it to this process to show what is typed */
async function answerTo(question: string, output: NodeJS.WritableStream, isRaw: boolean): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: isRaw })
  const closed = new Promise<string>((resolve) => terminal.on('close', () => resolve('')))
  // In raw mode Ctrl-C is a character and no signal.
  terminal.on('SIGINT', () => process.exit(1))
  const answer = terminal.question('')
  // Only now, when the terminal has stopped to show what is typed.
  process.stderr.write(question)
  try {
    return await Promise.race([answer, closed])
  } finally {
    terminal.close()
  }
}
