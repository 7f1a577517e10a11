import { Argument, Command, type Option } from 'commander'
import { fieldEntries } from '../../task-fields/fields.ts'
import { UsageError } from '../command-error.ts'
import { write } from '../output.ts'
import { bashScript, fishScript, type Level, zshScript } from './completion-scripts.ts'

const scripts: Readonly<Record<string, (levels: readonly Level[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}
const shells = Object.keys(scripts)

/** Creates `duly completion`. */
export function completionCommand(): Command {
  const completion: Command = new Command('completion')
    .description('Print a script that completes commands, options and their values in a shell.')
    .addArgument(new Argument('<shell>', `${shells.slice(0, -1).join(', ')} or ${shells.at(-1)}`))
    .addHelpText(
      'after',
      `
  bash   duly completion bash > ~/.local/share/bash-completion/completions/duly
  zsh    duly completion zsh > "\${fpath[1]}/_duly"
  fish   duly completion fish > ~/.config/fish/completions/duly.fish

In the shell that runs now: source <(duly completion bash)`,
    )
    .action((shell: string) => {
      const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
      if (!script)
        throw new UsageError(`There is no completion for this shell: it must be one of ${shells.join(', ')}.`)
      return write(script(levelsOf(completion.parent ?? completion)))
    })
  return completion
}

/** Returns a program and all its commands as levels of the completion, the program first. */
export function levelsOf(command: Command, path: readonly string[] = []): readonly Level[] {
  const help = { name: '--help', description: 'display help', hasValue: false, values: [] }
  const level: Level = {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), description: one.description() })),
    options: [...command.options.flatMap(optionsOf), help],
    words: command.name() === 'completion' ? shells : [],
  }
  return [level, ...command.commands.flatMap((one) => levelsOf(one, [...path, one.name()]))]
}

function optionsOf(option: Option): Level['options'] {
  const { long, description, required, optional, argChoices } = option
  if (!long) return []
  return [{ name: long, description, hasValue: required || optional, values: argChoices ?? valuesOf(long) }]
}

/** Returns the values that an option may have, where they are few: those of the field of a task that it stands for. */
function valuesOf(long: string): readonly string[] {
  if (long === '--unset') return fieldEntries.filter(([, field]) => 'default' in field).map(([name]) => name)
  const [, field] = fieldEntries.find(([name]) => `--${name.replaceAll('_', '-')}` === long) ?? []
  return field ? enumIn(field.output) : []
}

function enumIn(schema: object): readonly string[] {
  const { enum: values, anyOf } = schema as { enum?: unknown; anyOf?: unknown }
  if (Array.isArray(values)) return values.map(String)
  return Array.isArray(anyOf) ? anyOf.flatMap(enumIn) : []
}
