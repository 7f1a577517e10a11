import { type Known, plainOf } from './result.ts'

/** The script of a shell, as `sh -c SCRIPT` has it. */
export interface ShellScript {
  readonly script: string
  /** `$0`, `$1`, … */
  readonly parameters: readonly Known[]
  /** Options of the shell that are set, as letters; `pipefail` as a word. */
  readonly flags: readonly string[]
  readonly shell: string
}

/** Reads the words of a shell; undefined if the command is none. */
export function shellWords(words: readonly Known[]): ShellScript | { readonly reason: string } | undefined {
  const shell = plainOf(words[0])?.replace(/^.*\//, '')
  if (shell === undefined || !/^(sh|bash|ash|dash|zsh|ksh)$/.test(shell)) return undefined
  const flags: string[] = []
  let at = 1
  let hasScript = false
  for (; at < words.length; at++) {
    const option = plainOf(words[at])
    if (option === undefined || !/^[-+]./.test(option)) break
    if (/^--(login|norc|noprofile|posix)$/.test(option)) continue
    if (option === '--') {
      at++
      break
    }
    if (!/^-[a-zA-Z]+$/.test(option)) return { reason: `${shell} ${option} is not understood.` }
    for (const letter of option.slice(1)) {
      if (letter === 'c') hasScript = true
      else if (letter === 'o')
        flags.push({ errexit: 'e', nounset: 'u' }[plainOf(words[++at]) ?? ''] ?? plainOf(words[at]) ?? '')
      else flags.push(letter)
    }
  }
  if (!hasScript)
    return { reason: `${shell} runs a script file or its input, which is not here: write the call as a command.` }
  const script = plainOf(words[at])
  if (script === undefined) return { reason: `The script of ${shell} -c is not known.` }
  return { script, parameters: words.slice(at + 1), flags, shell }
}
