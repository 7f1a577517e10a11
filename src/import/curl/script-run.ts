import { expandUnsplit, expandWord, type Surroundings } from '../shell/expand-word.ts'
import type { Command, Pipeline, Script, SimpleCommand, Statement, Word } from '../shell/syntax.ts'
import type { Environment, Text } from '../text.ts'
import { afterAnd, afterOr, afterTest, type Branched, followsSuccess, requiredAfter } from './branches.ts'
import { Commands } from './commands.ts'
import { both, type Exit, opposite } from './exit.ts'
import { isEmpty, isOutput, joined, outputFile, withoutLastLines, writesToFile } from './outputs.ts'
import { done, type Known, nothing, type Result, refused, type Special } from './result.ts'

/** Most repetitions of all loops of a script together. */
const mostRounds = 200

/** Follows a script as a shell would run it, without running anything. */
export class ScriptRun {
  readonly commands: Commands
  /** What must hold so that the script does not end early with a failure. */
  required: Exit = true
  readonly #stdin: Known | undefined
  #rounds = 0
  #last: Exit = true
  #substituted: Exit | undefined

  /** @param stdin what the script reads from its input */
  constructor(environment: Environment, shell: string, stdin?: Text) {
    this.#stdin = stdin
    this.commands = new Commands(environment, shell, {
      subshell: (script) => this.#isolated(() => this.script(script)),
      last: () => this.#last,
    })
  }

  /** Follows the statements of a list. */
  script(script: Script): Result {
    const outputs: Known[] = []
    for (const statement of script) {
      const result = this.#statement(statement)
      if (result.output !== nothing && !isEmpty(result.output)) outputs.push(result.output)
      this.#last = result.exit
      if (result.leaves) return { exit: result.exit, output: joined(outputs), leaves: true }
      if (!this.commands.flags.has('e') || statement.first.isNegated) continue
      if (result.exit === false && statement.rest.length === 0) return { exit: false, output: nothing, leaves: true }
      if (typeof result.exit !== 'boolean') this.#require(result.exit)
    }
    return { exit: script.length === 0 ? true : this.#last, output: joined(outputs) }
  }

  #require(exit: Exit): void {
    this.required = both(this.required, exit)
    this.commands.isAfterSuccess = true
  }

  #statement(statement: Statement): Result {
    if (!statement.isBackground) return this.#list(statement)
    this.commands.note('& ran the command in the background; Duly waits for the answer of each call.', statement.line)
    return { ...this.#isolated(() => this.#list(statement)), exit: true }
  }

  #list({ first, rest, line }: Statement): Result {
    let result = this.#tested(() => this.#pipeline(first), rest.length > 0)
    const outputs = [result.output]
    for (const { operator, pipeline } of rest) {
      if (result.leaves) break
      const { exit } = result
      this.#last = exit
      const runs = operator === '&&' ? exit !== false : exit !== true
      if (!runs) continue
      if (typeof exit === 'boolean') {
        result = this.#pipeline(pipeline)
        outputs.push(result.output)
        continue
      }
      const isAnd = operator === '&&'
      const next = this.#branch(exit, () => this.#pipeline(pipeline), isAnd)
      outputs.push(next.output)
      result = this.#joined(isAnd ? afterAnd(exit, next) : afterOr(exit, next), line)
    }
    return { ...result, output: joined(outputs) }
  }

  /** Runs something whose failure does not end the script (set -e). */
  #tested<T>(run: () => T, isTested: boolean): T {
    if (!isTested || !this.commands.flags.has('e')) return run()
    this.commands.flags.delete('e')
    try {
      return run()
    } finally {
      this.commands.flags.add('e')
    }
  }

  /** Follows commands that run only if a condition on calls holds, or only if it does not. */
  #branch(condition: Exit, run: () => Result, holds: boolean): Result {
    const { commands } = this
    const before = new Map(commands.variables)
    const [wasAfter, wasFailure, required] = [commands.isAfterSuccess, commands.isAfterFailure, this.required]
    if (followsSuccess(condition, holds)) commands.isAfterSuccess = true
    else commands.isAfterFailure = true
    this.required = true
    this.#last = holds
    const result = run()
    this.required = both(required, requiredAfter(condition, holds, this.required))
    commands.isAfterSuccess = wasAfter
    commands.isAfterFailure = wasFailure
    for (const [name, value] of commands.variables)
      if (before.get(name) !== value)
        commands.variables.set(name, { unknown: `${name} depends on the answer of a call` })
    return result
  }

  #pipeline({ isNegated, commands }: Pipeline): Result {
    let result: Result | undefined
    let all: Exit = true
    for (const command of commands) {
      result = this.#command(command, result?.output, commands.length > 1)
      all = both(all, result.exit)
    }
    const { output, exit, leaves } = result as Result
    const own = commands.length > 1 && this.commands.flags.has('pipefail') ? all : exit
    if (!isNegated) return { output, exit: own, ...(leaves && commands.length === 1 ? { leaves } : {}) }
    return { output, exit: opposite(own) }
  }

  #command(command: Command, input: Known | undefined, isPiped: boolean): Result {
    const { line } = command
    if (command.kind === 'simple')
      return this.#redirected(command, this.commands.told(this.#simple(command, input), line))
    if (input !== undefined)
      return this.commands.told(refused('A group of commands reads the output of another command.'), line)
    const run = () => {
      if (command.kind === 'if') return this.#if(command.branches, command.otherwise, line)
      if (command.kind === 'for') return this.#for(command.name, command.words, command.body, line)
      return command.isSubshell ? this.#isolated(() => this.script(command.body)) : this.script(command.body)
    }
    const result = isPiped && command.kind !== 'for' ? this.#isolated(run) : run()
    return this.#redirected(command, result)
  }

  #isolated(run: () => Result): Result {
    const required = this.required
    const variables = new Map(this.commands.variables)
    this.required = true
    const { exit, output } = run()
    const whole = both(this.required, exit)
    this.required = required
    this.commands.variables = variables
    return { exit: whole, output }
  }

  #if(
    branches: readonly { readonly condition: Script; readonly body: Script }[],
    otherwise: Script,
    line: number,
  ): Result {
    const [branch, ...others] = branches
    if (!branch) return this.script(otherwise)
    const condition = this.#tested(() => this.script(branch.condition), true)
    if (condition.leaves) return condition
    const rest = () => this.#if(others, otherwise, line)
    if (typeof condition.exit === 'boolean') return condition.exit ? this.script(branch.body) : rest()
    const yes = this.#branch(condition.exit, () => this.script(branch.body), true)
    const no = this.#branch(condition.exit, rest, false)
    return this.#joined(afterTest(condition.exit, yes, no), line)
  }

  #joined({ exit, leaves, required, reason }: Branched, line: number): Result {
    if (reason) this.commands.reason(reason, line)
    if (required !== undefined) this.#require(required)
    return { exit, output: nothing, ...(leaves ? { leaves } : {}) }
  }

  #for(name: string, words: readonly Word[], body: Script, line: number): Result {
    const values = words.flatMap((word) => expandWord(word, this.#around(line)))
    let result: Result = done
    for (const value of values) {
      if (++this.#rounds > mostRounds) return refused(`Loops with more than ${mostRounds} rounds are not read.`)
      this.commands.variables.set(name, value)
      result = this.script(body)
      if (result.leaves) return result
    }
    return result
  }

  #simple(command: SimpleCommand, piped: Known | undefined): Result {
    const around = this.#around(command.line)
    let input = piped ?? this.#stdin
    for (const { operator, target } of command.redirections) {
      if (operator === '<<') input = expandUnsplit(target, around)
      else if (operator === '<<<') {
        const text = expandUnsplit(target, around)
        input = Array.isArray(text) ? [...text, '\n'] : text
      } else if (/^<>?$/.test(operator) && target.source !== '/dev/null')
        input = { unknown: `< ${target.source} reads a file when the command runs` }
    }
    this.#substituted = undefined
    const assigned = command.assignments.map(({ name, value }) => [name, expandUnsplit(value, around)] as const)
    if (command.words.length === 0) {
      for (const [name, value] of assigned) this.commands.variables.set(name, value)
      return { exit: this.#substituted ?? true, output: nothing }
    }
    const fields: Known[] = []
    const words: Word[] = []
    for (const word of command.words)
      for (const field of expandWord(word, around)) {
        fields.push(field)
        words.push(word)
      }
    return this.commands.run({
      fields,
      words,
      input,
      assigned,
      source: command.source,
      line: command.line,
      redirections: command.redirections,
    })
  }

  /** Says where the output of a command goes. */
  #redirected({ redirections, line }: Pick<Command, 'redirections' | 'line'>, result: Result): Result {
    let { output } = result
    for (const redirection of redirections) {
      if (!writesToFile(redirection) || isOutput(redirection)) continue
      const { operator, target } = redirection
      const file = outputFile(operator, expandUnsplit(target, this.#around(line)), target.source)
      output = nothing
      if (file && 'reason' in file) this.commands.reason(file.reason, line)
      else if (file) this.commands.note(file.note, line)
    }
    return { ...result, output }
  }

  #around(line: number): Surroundings<Special> {
    return {
      lookup: (name, isOptional) => this.commands.lookup(name, line, isOptional),
      splits: (name) =>
        this.commands.note(
          `The value of ${name} stands outside of quotation marks: it is taken as one word, without blanks and *.`,
          line,
        ),
      output: (script) => {
        const result = this.commands.substitution(() => this.#isolated(() => this.script(script)))
        this.#substituted = result.exit
        return withoutLastLines(result.output)
      },
    }
  }
}
