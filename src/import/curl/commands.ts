import { parseScript } from '../shell/parse-script.ts'
import { NotUnderstood, type Script } from '../shell/syntax.ts'
import type { Environment } from '../text.ts'
import { exitCommand, exportCommand, setCommand } from './builtins.ts'
import { callWords, changesCalls, readCalls } from './call-command.ts'
import type { Exit } from './exit.ts'
import type { ExpandedCommand, InnerScript } from './expanded-command.ts'
import { grep, jq, passOn } from './filters.ts'
import type { PlacedCall, PlacedText } from './found-calls.ts'
import { harmless, installers, installing, ofSystem, otherClients, printing } from './known-programs.ts'
import { done, type Known, nothing, plainOf, type Result, refused } from './result.ts'
import { shellWords } from './shell-words.ts'
import { testCommand } from './test-command.ts'
import { textCommand } from './text-commands.ts'
import { shown, whyNotRun } from './why-not-run.ts'
import { unwrap } from './wrappers.ts'

/** What commands need of the script around them. */
export interface Around {
  /** Follows a script that changes nothing of what is around it. */
  subshell(script: Script): Result
  /** The exit status of the last command. */
  last(): Exit
}

/** Most calls of a script that are read. */
const mostCalls = 200

/** The commands of a script: what each does, as far as it is known. */
export class Commands {
  readonly calls: PlacedCall[] = []
  readonly notes: PlacedText[] = []
  readonly reasons: PlacedText[] = []
  /** Commands that make no HTTP request. */
  readonly others: PlacedText[] = []
  /** The options of the shell that are set. */
  readonly flags = new Set<string>()
  variables: Map<string, Known>
  isAfterSuccess = false
  isAfterFailure = false
  /** Whether a program other than curl and wget sends requests. */
  hasOtherClient = false
  readonly #shell: string
  readonly #around: Around
  /** The variables that programs get. */
  readonly #exported: Set<string>
  /** What calls have written into files, by path. */
  readonly #files = new Map<string, Known>()
  /** How long a command may take, in seconds. */
  #limit: number | undefined
  #isSubstitution = false
  #depth = 0

  constructor(environment: Environment, shell: string, around: Around) {
    this.variables = new Map(environment)
    this.#exported = new Set(environment.keys())
    this.#shell = shell
    this.#around = around
  }

  note(text: string, offset: number): void {
    if (!this.notes.some((one) => one.text === text && one.offset === offset)) this.notes.push({ text, offset })
  }

  reason(text: string, offset: number): void {
    if (!this.reasons.some((one) => one.text === text && one.offset === offset)) this.reasons.push({ text, offset })
  }

  /** Notes what a result says. */
  told(result: Result, line: number): Result {
    if (result.reason !== undefined) this.reason(result.reason, line)
    if (result.note !== undefined) this.note(result.note, line)
    return result
  }

  /** Returns the value of a variable; undefined if it is not set. */
  lookup(name: string, line: number, isOptional = false): Known | undefined {
    if (name === '?') return { special: { kind: 'exit', exit: this.#around.last() } }
    const value = this.variables.get(name)
    if (value !== undefined) return value
    if (/^\W|^\d/.test(name) || ofSystem.test(name)) return { unknown: `$${name} is known only when the command runs` }
    if (this.flags.has('u') && !isOptional) return { unknown: `${name} is not set, and set -u makes that a failure` }
    if (!isOptional) this.note(`${name} is not set: it is taken as empty.`, line)
    return undefined
  }

  /** Follows the commands of `$(…)`. Commands that are not known make its text unknown. */
  substitution(run: () => Result): Result {
    const was = this.#isSubstitution
    this.#isSubstitution = true
    const result = run()
    this.#isSubstitution = was
    return result
  }

  /** Follows one command. */
  run(command: ExpandedCommand): Result {
    const { fields, assigned, source, line } = command
    if (fields.length === 0) return done
    const path = plainOf(fields[0])
    if (path === undefined) return this.#unknown(`${shown(source)}: which command it runs is not known.`, command)
    const name = path.replace(/^.*\//, '')
    const rest = fields.slice(1)
    const limit = this.#limit
    if (++this.#depth > 60) return refused('Commands within commands are nested too deeply.')
    try {
      const set = assigned.find(([variable]) => changesCalls.test(variable))
      if (set) return refused(`${set[0]} is set: calls of Duly use no proxy and the certificates of TLS profiles.`)
      const inner = unwrap(name, rest)
      if (typeof inner === 'string') return this.#unknown(inner, command)
      if (inner) {
        if (inner.note) this.note(inner.note, line)
        if (inner.limit !== undefined) this.#limit = Math.min(limit ?? inner.limit, inner.limit)
        if (inner.script !== undefined) return this.#script({ ...inner, script: inner.script }, name, assigned)
        const count = fields.length - inner.words.length
        return this.run({
          ...command,
          fields: inner.words,
          words: command.words.slice(count),
          assigned: [...assigned, ...(inner.variables ?? [])],
        })
      }
      if (name === 'curl' || name === 'wget') return this.#calls(name, rest, command)
      return this.#other(name, rest, command)
    } finally {
      this.#limit = limit
      this.#depth--
    }
  }

  #other(name: string, rest: readonly Known[], command: ExpandedCommand): Result {
    const { input, source, line, words, fields } = command
    const shell = shellWords(fields)
    if (shell) {
      if ('reason' in shell) return this.#unknown(shell.reason, command)
      return this.#script(shell, name, command.assigned)
    }
    if (name === '[' || name === '[[') {
      const isClosed = plainOf(rest.at(-1)) === (name === '[' ? ']' : ']]')
      if (!isClosed) return refused(`${shown(source)}: the bracket is not closed.`)
      return testCommand(rest.slice(0, -1), words.slice(1, -1), source)
    }
    switch (name) {
      case 'test':
        return testCommand(rest, words.slice(1), source)
      case 'false':
        return { exit: false, output: nothing }
      case 'exit':
      case 'return':
        return exitCommand(rest[0], this.#around.last())
      case 'set':
        return setCommand(rest, this.flags, shown(source))
      case 'export':
      case 'readonly':
      case 'local':
      case 'declare':
        return exportCommand(rest, this.variables, this.#exported)
      case 'sleep':
        this.note(`${shown(source)} is left out: a task is called at its time.`, line)
        return done
      case 'grep':
      case 'egrep':
      case 'fgrep':
        return this.#filter(command, () => grep(rest, input, name))
      case 'jq':
        return this.#filter(command, () => jq(rest, input))
      case 'unset':
        for (const one of rest) this.variables.delete(plainOf(one) ?? '')
        return done
    }
    const text = textCommand(name, rest, input, {
      isBash: this.#shell === 'bash',
      files: this.#files,
      lookup: (variable) => this.lookup(variable, line),
    })
    if (text) return text
    if (installers.test(name) && rest.some((word) => installing.test(plainOf(word) ?? ''))) {
      this.note(`${shown(source)} is left out: Duly needs no packages.`, line)
      return done
    }
    if (printing.test(name) && input !== undefined && (name !== 'cat' || rest.length === 0))
      return passOn(name, rest, input)
    if (this.#isSubstitution) return this.#unknown('', command)
    if (harmless.test(name)) return done
    return this.#unknown('', command)
  }

  /** grep and jq judge answers; what else they read makes the command one that is not known. */
  #filter(command: ExpandedCommand, read: () => Result): Result {
    const { input } = command
    return input !== undefined && 'special' in input ? read() : this.#unknown('', command)
  }

  /** Follows the script of `sh -c`. */
  #script(
    { script: text, parameters = [], flags = [] }: InnerScript,
    name: string,
    assigned: ExpandedCommand['assigned'],
  ): Result {
    const script = parseScript(text)
    const before = { variables: this.variables, flags: [...this.flags] }
    const isVisible = ([variable]: readonly [string, Known]) => this.flags.has('a') || this.#exported.has(variable)
    this.variables = new Map([...[...this.variables].filter(isVisible), ...assigned])
    this.setFlags(flags)
    for (let at = 0; at < 10; at++) this.variables.set(String(at), parameters[at] ?? (at === 0 ? [name] : ['']))
    const { exit, output } = this.#around.subshell(script)
    this.variables = before.variables
    this.setFlags(before.flags)
    return { exit, output }
  }

  /** Sets the options of the shell. */
  setFlags(flags: readonly string[]): void {
    this.flags.clear()
    for (const flag of flags) this.flags.add(flag)
  }

  #calls(program: 'curl' | 'wget', rest: readonly Known[], command: ExpandedCommand): Result {
    const { line } = command
    const limit = this.#limit
    const words = callWords(rest, this.variables, this.isAfterFailure)
    if (typeof words === 'string') return { exit: true, output: { unknown: words }, reason: words }
    const first = this.calls.length
    if (first > mostCalls) throw new NotUnderstood(`it makes more than ${mostCalls} calls`, line)
    const found = readCalls(program, words, command, first)
    for (const text of found.notes) this.note(text, line)
    for (const text of found.reasons) this.reason(text, line)
    for (const call of found.calls) {
      if (call.bodyFile)
        this.#files.set(call.bodyFile, { special: { kind: 'answer', call: this.calls.length, writes: 'body' } })
      this.calls.push({ call, line, isAfterSuccess: this.isAfterSuccess, ...(limit === undefined ? {} : { limit }) })
    }
    return found.result
  }

  #unknown(text: string, { source, line, fields }: ExpandedCommand): Result {
    const why = text === '' ? whyNotRun(plainOf(fields[0]), shown(source)) : text.replace(/\.$/, '')
    const program = plainOf(fields[0])?.replace(/^.*\//, '') ?? ''
    if (otherClients.test(program)) {
      this.hasOtherClient = true
      this.reason(`${shown(source)} sends a request, and ${program} is not read: write it with curl.`, line)
      return { exit: true, output: { unknown: why } }
    }
    if (this.#isSubstitution) return { exit: true, output: { unknown: why } }
    if (/\b(curl|wget)\b/.test(source)) this.reason(`${why}.`, line)
    else this.others.push({ text: `${why}.`, offset: line })
    return { exit: true, output: { unknown: why } }
  }
}
