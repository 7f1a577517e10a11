/** A command, and what may follow it. */
export interface Level {
  /** Names of the command and those before it, without the program. */
  readonly path: readonly string[]
  readonly commands: readonly Named[]
  readonly options: readonly LevelOption[]
  /** What may stand as an argument; empty when that is not known. */
  readonly words: readonly string[]
}

interface Named {
  readonly name: string
  readonly description: string
}

interface LevelOption extends Named {
  /** With its dashes. */
  readonly name: string
  readonly hasValue: boolean
  /** The values that it may have; empty when they are not known. */
  readonly values: readonly string[]
}

const names = (all: readonly Named[]) => all.map(({ name }) => name)
const keyOf = ({ path }: Level) => ['duly', ...path].join(' ')
/** The first sentence of a description, for a menu. */
const short = (text: string) => text.replace(/\.( .*)?$/s, '')
const inQuotes = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const takesFile = ({ name }: LevelOption) => name === '--file' || name === '--value-file'
const withValue = ({ options }: Level) => options.filter(({ hasValue }) => hasValue)
/** The names of all options that have a value. */
const allWithValue = (levels: readonly Level[]) => [...new Set(levels.flatMap((level) => names(withValue(level))))]

/**
 * Returns the part of a script that bash and zsh share: it walks over the words before the cursor, and sets `command` to the
 * command they name and `option` to the option whose value is being typed. Bash makes `=` a word of its own.
 */
function walk(levels: readonly Level[], words: string): string {
  const known = levels.filter(({ path }) => path.length > 0).map((level) => inQuotes(keyOf(level)))
  return `  local command=duly option='' word
  for word in ${words}; do
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $option ]]; then option=''; continue; fi
    case $word in
      ${allWithValue(levels).join('|')}) option=$word; continue ;;
      -*) continue ;;
    esac
    case "$command $word" in
      ${known.join('|')}) command="$command $word" ;;
    esac
  done`
}

/** Returns the branches of a `case` for the options whose values are known. */
function valueBranches(
  levels: readonly Level[],
  files: string,
  valuesOf: (values: readonly string[]) => string,
): string {
  const branches = levels.flatMap((level) =>
    withValue(level).flatMap((option) => {
      const does = takesFile(option) ? files : option.values.length > 0 ? valuesOf(option.values) : undefined
      return does === undefined ? [] : [`      ${inQuotes(`${keyOf(level)} ${option.name}`)}) ${does} ;;`]
    }),
  )
  return branches.join('\n')
}

/** Returns the completion of bash. */
export function bashScript(levels: readonly Level[]): string {
  const reply = (source: string) => `COMPREPLY=($(compgen ${source} -- "$current"))`
  const commands = levels.map(
    (level) => `    ${inQuotes(keyOf(level))})
      flags=${inQuotes(names(level.options).join(' '))}
      names=${inQuotes([...names(level.commands), ...level.words].join(' '))} ;;`,
  )
  return `# Completion of duly for bash. Made by: duly completion bash
_duly() {
  local current="\${COMP_WORDS[COMP_CWORD]}" flags='' names=''
  COMPREPLY=()
${walk(levels, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  if [[ $current == '=' ]]; then current=''; fi
  if [[ -n $option ]]; then
    case "$command $option" in
${valueBranches(levels, reply('-f'), (values) => reply(`-W ${inQuotes(values.join(' '))}`))}
    esac
    return
  fi
  case $command in
${commands.join('\n')}
  esac
  if [[ $current == -* ]]; then names=$flags; fi
  ${reply('-W "$names"')}
}
complete -o default -F _duly duly
`
}

/** Returns the completion of zsh, with descriptions. */
export function zshScript(levels: readonly Level[]): string {
  const described = (all: readonly Named[]) =>
    all.map(({ name, description }) => inQuotes(`${name}:${short(description).replaceAll(':', '\\:')}`)).join(' ')
  const commands = levels.map(
    (level) => `    ${inQuotes(keyOf(level))})
      flags=(${described(level.options)})
      names=(${[described(level.commands), ...level.words].join(' ').trim()}) ;;`,
  )
  return `#compdef duly
# Completion of duly for zsh. Made by: duly completion zsh
_duly() {
  local -a flags names
${walk(levels, `"\${(@)words[2,CURRENT-1]}"`)}
  if [[ -n $option ]]; then
    case "$command $option" in
${valueBranches(levels, '_files', (values) => `compadd -- ${values.join(' ')}`)}
    esac
    return
  fi
  case $command in
${commands.join('\n')}
  esac
  if [[ $words[CURRENT] == -* ]]; then _describe -o option flags; else _describe command names; fi
}
if [[ $funcstack[1] == _duly ]]; then _duly "$@"; else compdef _duly duly; fi
`
}

/** Returns the completion of fish, with descriptions. */
export function fishScript(levels: readonly Level[]): string {
  const lines = levels.flatMap(({ path, commands, options, words }) => {
    const start = `complete -c duly -n ${inQuotes(`__duly_at ${path.join(' ')}`.trimEnd())}`
    const argument = (name: string) => `${start} -f -a ${name}`
    return [
      ...commands.map(({ name, description }) => `${argument(name)} -d ${inFishQuotes(short(description))}`),
      ...words.map(argument),
      ...options.map(
        (option) =>
          `${start} -l ${option.name.slice(2)} -d ${inFishQuotes(short(option.description))}${fishValue(option)}`,
      ),
    ]
  })
  const known = levels.filter(({ path }) => path.length > 0).map(({ path }) => inQuotes(path.join(' ')))
  return `# Completion of duly for fish. Made by: duly completion fish
# Whether the words before the cursor name this command.
function __duly_at
    set -l at
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- $word ${allWithValue(levels).join(' ')}
            set skip 1
        else if contains -- (string join ' ' -- $at $word) ${known.join(' ')}
            set -a at $word
        end
    end
    test "$at" = "$argv"
end
${lines.join('\n')}
`
}

/** In fish a backslash escapes within single quotes. */
const inFishQuotes = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fishValue(option: LevelOption): string {
  if (!option.hasValue) return ''
  if (option.values.length > 0) return ` -x -a ${inQuotes(option.values.join(' '))}`
  return takesFile(option) ? ' -r -F' : ' -x'
}
