import type { ReadCommand } from '../model.ts'
import { parseScript } from '../shell/parse-script.ts'
import { NotUnderstood } from '../shell/syntax.ts'
import type { Environment, Text } from '../text.ts'
import { both } from './exit.ts'
import { foundRequests } from './found-calls.ts'
import type { Result } from './result.ts'
import { ScriptRun } from './script-run.ts'
import { shellWords } from './shell-words.ts'

/**
 * Reads what `sh -c SCRIPT`, or a line of a crontab, runs. Nothing is run, and it never throws.
 * @param stdin what its commands read from their input; without it, the input is empty
 */
export function readScript(script: string, environment: Environment, stdin?: Text): ReadCommand {
  return read(new ScriptRun(environment, 'sh', stdin), script, (run) => {
    noteShell(run, script)
    return run.script(parseScript(script))
  })
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
    return read(new ScriptRun(environment, shell.shell, stdin), shell.script, (run) => {
      if (shell.shell !== 'bash') noteShell(run, shell.script)
      run.commands.setFlags(shell.flags)
      for (let at = 0; at < 10; at++)
        run.commands.variables.set(String(at), shell.parameters[at] ?? [at === 0 ? shell.shell : ''])
      return run.script(parseScript(shell.script))
    })
  return read(new ScriptRun(environment, 'sh'), source, (run) => {
    const command = {
      fields: words,
      words: words.map(() => ({ pieces: [], source: '' })),
      input: stdin,
      assigned: [],
      source,
      line: 0,
      redirections: [],
    }
    return run.commands.told(run.commands.run(command), 0)
  })
}

/** Notes what shells read in different ways. */
function noteShell(run: ScriptRun, script: string): void {
  if (/(^|[\s=:])\$'/.test(script))
    run.commands.note("$'…' is read as bash reads it; the sh of Debian and Ubuntu (dash) sends the dollar sign.", 0)
}

const mentionsCall = /\b(curl|wget)\b/

function read(run: ScriptRun, source: string, follow: (run: ScriptRun) => Result): ReadCommand {
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
    const mentions = mentionsCall.test(withoutComments(source))
    if (!mentions && !commands.hasOtherClient) return other
    const lost = { text: 'curl or wget occurs in it, but which call it sends is not understood.', offset: 0 }
    return {
      requests: [],
      notes,
      reasons: reasons.length > 0 ? sorted([...reasons, ...others]) : [lost],
      isOther: false,
    }
  }
  const requests = foundRequests(calls, exit, notes, reasons)
  return { requests, notes: sorted(notes), reasons: sorted([...reasons, ...others]), isOther: false }
}

const other: ReadCommand = { requests: [], notes: [], reasons: [], isOther: true }

const withoutComments = (source: string) =>
  source.replace(/^\s*#.*$/gm, '').replace(/\b(apk|apt|apt-get|yum|dnf|microdnf)\b[^\n;&|]*/g, '')

const sorted = <T extends { readonly offset: number }>(texts: readonly T[]): readonly T[] =>
  [...texts].sort((a, b) => a.offset - b.offset)
