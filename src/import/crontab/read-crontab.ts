/** A line of a crontab that runs a command. */
export interface CrontabEntry {
  readonly line: number
  readonly schedule: string
  /** The user, in the form of the system. */
  readonly user: string | undefined
  readonly command: string
  /** What the command reads from its input: the lines after an unescaped `%`. */
  readonly stdin: string | undefined
  /** The variables that the lines before it set. */
  readonly variables: ReadonlyMap<string, string>
  /** Why the line cannot be read. */
  readonly problem?: string
}

const user = /^[A-Za-z_][\w.@-]*\$?$/
const program = /^(curl|wget|php[\d.]*|python[\d.]*|bash|sh|node|cd|test|sudo|flock|timeout|nice|echo)$/
const knownUsers = /^(root|www-data|nobody|daemon|apache|nginx|postgres|mysql|ubuntu|ec2-user|admin|deploy|git|backup)$/

/** Whether a word is followed by curl or wget, and is no program that runs them. */
const isUserBefore = (first: string, second: string) =>
  user.test(first) &&
  /^(\/\S*\/)?(curl|wget)$/.test(second) &&
  !/^(env|exec|command|nohup|time|nice|ionice|chronic|cronic|sudo|doas|setsid|stdbuf|eval|then|do|if)$/.test(first)

/** Reads the lines of a crontab: of a user, or with `isSystem` in the form of `/etc/crontab`, which names a user. */
export function readCrontab(text: string, isSystem: boolean): CrontabEntry[] {
  const variables = new Map<string, string>()
  const entries: CrontabEntry[] = []
  for (const [at, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const line = raw.replace(/\r$/, '').replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) continue
    const set = /^(?:"([^"]*)"|'([^']*)'|([A-Za-z_]\w*))[ \t]*=[ \t]*(.*)$/.exec(line)
    if (set) variables.set(set[1] ?? set[2] ?? set[3] ?? '', unquoted(set[4] as string))
    else entries.push(readEntry(line, at + 1, isSystem, new Map(variables)))
  }
  return entries
}

/** Cron takes quotation marks away if they are around the whole value, and expands nothing in it. */
function unquoted(value: string): string {
  let end = value.length
  // Not a regular expression: it would take hours for a value with megabytes of blanks in it.
  while (end > 0 && /[ \t]/.test(value[end - 1] as string)) end--
  const trimmed = value.slice(0, end)
  const [, , inner] = /^(["'])(.*)\1$/.exec(trimmed) ?? []
  return inner ?? trimmed
}

function readEntry(
  line: string,
  number: number,
  isSystem: boolean,
  variables: ReadonlyMap<string, string>,
): CrontabEntry {
  // A line of SUSE that is not logged begins with a hyphen.
  const [, schedule = '', rest = ''] =
    /^-?(@\S+|(?:\S+[ \t]+){4}\S+)[ \t]+(.*)$/.exec(line) ?? /^-?(@\S+)()$/.exec(line) ?? []
  const entry = { line: number, schedule, user: undefined, command: '', stdin: undefined, variables }
  if (schedule === '') return { ...entry, problem: 'The line is neither a schedule with a command nor a variable.' }
  const [first = '', second = ''] = rest.split(/[ \t]+/, 2)
  if (isSystem && (!user.test(first) || program.test(first)))
    return { ...entry, problem: 'There is no user after the schedule: import the crontab of a user without --system.' }
  if (!isSystem && second !== '' && (knownUsers.test(first) || isUserBefore(first, second)))
    return { ...entry, problem: `${first} looks like a user: import a crontab of the system with --system.` }
  const text = isSystem ? rest.slice(first.length).replace(/^[ \t]+/, '') : rest
  if (text === '') return { ...entry, problem: 'There is no command after the schedule.' }
  return { ...entry, user: isSystem ? first : undefined, ...splitAtPercent(text) }
}

/**
 * Splits a command from its input as cron does: at the first `%` without a backslash. In the input every further `%` is the end
 * of a line. A backslash before `%` is taken away.
 */
function splitAtPercent(text: string): Pick<CrontabEntry, 'command' | 'stdin'> {
  const [before = ''] = /^(?:\\[\s\S]?|[^\\%])*/.exec(text) ?? []
  const unescaped = (part: string) => part.replaceAll('\\%', '%')
  if (before === text) return { command: unescaped(text), stdin: undefined }
  const stdin = unescaped(text.slice(before.length + 1).replace(/(?<!\\)%/g, '\n'))
  return { command: unescaped(before), stdin: stdin.replace(/\n?$/, '\n') }
}
