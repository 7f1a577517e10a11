import type { ReadCommand } from '../model.ts'
import { parseScript } from '../shell/parse-script.ts'
import { NotUnderstood } from '../shell/syntax.ts'
import type { Environment, Text } from '../text.ts'
import { both } from './exit.ts'
import { foundRequests } from './found-calls.ts'
import type { Result } from './result.ts'
import { ScriptRun } from './script-run.ts'
import { shellWords } from './shell-words.ts'

/** Reads what `sh -c SCRIPT`, or a line of a crontab, runs. Nothing is run, and it never throws. */
export function readScript(script: string, environment: Environment): ReadCommand {
  return read(environment, 'sh', script, (run) => run.script(parseScript(script)))
}

/**
 * Reads what a command line runs that no shell has expanded, such as command and args of a container. It never throws.
 * @param stdin what the command reads from its input; without it, the input is empty
 */
export function readCommandLine(words: readonly Text[], environment: Environment, stdin?: Text): ReadCommand {
  const shell = shellWords(words)
  const source = words
    .map((word) => word.map((part) => (typeof part === 'string' ? part : `\${${part.name}}`)).join(''))
    .join(' ')
  if (shell && 'script' in shell)
    return read(environment, shell.shell, shell.script, (run) => {
      run.commands.setFlags(shell.flags)
      for (let at = 0; at < 10; at++)
        run.commands.variables.set(String(at), shell.parameters[at] ?? [at === 0 ? shell.shell : ''])
      return run.script(parseScript(shell.script))
    })
  return read(environment, 'sh', source, (run) => {
    const command = {
      fields: words,
      words: words.map(() => ({ pieces: [], source: '' })),
      input: stdin,
      assigned: [],
      source,
      line: 0,
      redirections: [],
    }
    const result = run.commands.run(command)
    if (result.reason !== undefined) run.commands.reason(result.reason, 0)
    if (result.note !== undefined) run.commands.note(result.note, 0)
    return result
  })
}

const mentionsCall = /\b(curl|wget)\b/

function read(
  environment: Environment,
  shell: string,
  source: string,
  follow: (run: ScriptRun) => Result,
): ReadCommand {
  const run = new ScriptRun(environment, shell)
  const { commands } = run
  let exit: Result['exit'] = true
  try {
    const result = follow(run)
    exit = both(run.required, result.exit)
  } catch (error) {
    if (!mentionsCall.test(source)) return other
    const [text, offset] =
      error instanceof NotUnderstood ? [error.message, error.line] : ['the command is too complicated', 0]
    return { requests: [], notes: [], reasons: [{ text: `It is not understood: ${text}.`, offset }], isOther: false }
  }
  const { calls, notes, reasons, others } = commands
  if (calls.length === 0) {
    if (reasons.length === 0 && !mentionsCall.test(withoutComments(source))) return other
    if (reasons.length === 0)
      return {
        requests: [],
        notes: [],
        reasons: [{ text: 'curl or wget occurs in it, but which call it sends is not understood.', offset: 0 }],
        isOther: false,
      }
    return mentionsCall.test(source) ? { requests: [], notes, reasons: [...reasons, ...others], isOther: false } : other
  }
  const requests = foundRequests(calls, exit, notes, reasons)
  return { requests, notes: sorted(notes), reasons: sorted([...reasons, ...others]), isOther: false }
}

const other: ReadCommand = { requests: [], notes: [], reasons: [], isOther: true }

const withoutComments = (source: string) =>
  source.replace(/^\s*#.*$/gm, '').replace(/\b(apk|apt|apt-get|yum|dnf|microdnf)\b[^\n;&|]*/g, '')

const sorted = <T extends { readonly offset: number }>(texts: readonly T[]): readonly T[] =>
  [...texts].sort((a, b) => a.offset - b.offset)
