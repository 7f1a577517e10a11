import { Command } from 'commander'
import { callApi, exchangeWithApi } from '../api-client.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { addConnectionOptions, type ConnectionOptions, findConnection } from '../connection.ts'
import { writeList } from '../list-output.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { readInputText } from '../read-input.ts'
import { recordsOf } from '../record-pages.ts'
import type { Column } from '../table.ts'
import { isNotFound } from '../task-id.ts'

type Output = ConnectionOptions & { readonly json?: boolean }

/** A day of a calendar, as the API takes and returns it. */
interface Day {
  readonly day: string
  readonly kind: 'closed' | 'open'
  readonly note: string | null
}

/** A calendar as a list of the API returns it. */
interface Listed {
  readonly name: string
  readonly weekend: readonly string[]
  readonly last_day: string | null
  readonly day_count: number
  readonly task_count: number
}

interface Whole extends Listed {
  readonly days: readonly Day[]
}

interface SetOptions extends Output {
  readonly ics?: string
  readonly days?: string
  readonly weekend?: string
  readonly dryRun?: boolean
}

const weekendOf = ({ weekend }: Listed) => weekend.map((day) => day.slice(0, 3)).join(',') || '-'

const columns: readonly Column<Listed>[] = [
  { title: 'NAME', cell: ({ name }) => printable(name), min: 8, max: 64, priority: 4 },
  { title: 'WEEKEND', cell: weekendOf, min: 7, max: 27, priority: 1 },
  { title: 'DAYS', cell: ({ day_count }) => String(day_count), min: 4, max: 6, priority: 2 },
  { title: 'TASKS', cell: ({ task_count }) => String(task_count), min: 5, max: 9, priority: 2 },
  { title: 'LAST DAY', cell: ({ last_day }) => last_day ?? '-', min: 10, max: 10, priority: 3 },
]

const dayColumns: readonly Column<Day>[] = [
  { title: 'DAY', cell: ({ day }) => day, min: 10, max: 10, priority: 3 },
  { title: 'KIND', cell: ({ kind }) => kind, min: 6, max: 6, priority: 2 },
  { title: 'NOTE', cell: ({ note }) => printable(note ?? ''), min: 8, max: 200, priority: 1 },
]

/** Creates `duly calendar`. */
export function calendarCommand(): Command {
  const calendar = new Command('calendar').description(
    'Set, list and delete calendars: closed and open days, which tasks with --cron keep to.',
  )
  const set = calendar
    .command('set')
    .argument('<name>', 'the name of the calendar')
    .description('Set a calendar. What is not given, the calendar has no longer.')
    .option('--ics <file>', 'a calendar file (iCalendar): its whole-day events are closed days; - is stdin')
    .option('--days <file>', 'a text with a day per line: 2026-12-25 closed Christmas Day; - is stdin')
    .option('--weekend <days>', 'closed weekdays, such as friday,saturday, or none (default: saturday,sunday)')
    .option('--dry-run', 'change nothing, and say how many tasks would have another next run')
    .option('--json', 'print what the API returns')
  addConnectionOptions(set)
    .addHelpText(
      'after',
      `
  duly calendar set berlin --ics holidays.ics
  duly calendar set works --days days.txt --weekend sunday

In the file of --days, a line is a day, closed (the default) or open, and a note. A day that is open is open on a weekend,
too. Lines that begin with # are ignored.`,
    )
    .action((name: string, options: SetOptions) => setCalendar(name, options))
  const list = calendar
    .command('list')
    .description('List the calendars.')
    .option('--json', 'print a JSON array, one calendar per line')
  addConnectionOptions(list).action((options: Output) =>
    writeList(recordsOf<Listed>(findConnection(options), '/calendars'), {
      columns,
      json: options.json,
      empty: 'There is no calendar; duly calendar set makes one.',
    }),
  )
  const get = calendar
    .command('get')
    .argument('<name>', 'the name of the calendar')
    .description('Print the days of a calendar.')
    .option('--json', 'print what the API returns')
  addConnectionOptions(get).action((name: string, options: Output) => getCalendar(name, options))
  const remove = calendar
    .command('delete')
    .argument('<name>', 'the name of the calendar')
    .description('Delete a calendar.')
    .option('--json', 'print {"name", "deleted"}')
  addConnectionOptions(remove).action((name: string, options: Output) => deleteCalendar(name, options))
  return calendar
}

const pathOf = (name: string) => `/calendars/${encodeURIComponent(name)}`

async function setCalendar(name: string, options: SetOptions): Promise<void> {
  const { ics, days, weekend } = options
  if (ics === undefined && days === undefined && weekend === undefined)
    throw new UsageError('duly calendar set needs --ics FILE, --days FILE or --weekend DAYS.')
  if (ics === '-' && days === '-') throw new UsageError('Only one of --ics and --days can be - (stdin).')
  const body = {
    ...(weekend === undefined ? {} : { weekend: weekend === 'none' ? [] : weekend.toLowerCase().split(/\s*,\s*/) }),
    ...(ics === undefined ? {} : { ics: await readInputText('--ics', ics) }),
    ...(options.dryRun ? { dry_run: true } : {}),
    ...(days === undefined ? {} : { days: toDays(await readInputText('--days', days), days) }),
  }
  const { body: stored, status } = await exchangeWithApi<Whole & { moved_tasks: number; left_out: readonly string[] }>(
    findConnection(options),
    'PUT',
    pathOf(name),
    { body: JSON.stringify(body) },
  )
  if (options.json) return writeJson(stored)
  const { day_count, last_day, task_count, moved_tasks, left_out } = stored
  const listed =
    last_day === null
      ? 'It lists no days.'
      : `It lists ${day_count} ${day_count === 1 ? 'day' : 'days'}, up to ${last_day}.`
  const done = options.dryRun ? 'Nothing was changed in' : status === 201 ? 'Created' : 'Changed'
  await writeLine(
    `${done} the calendar ${printable(name)}. ${options.dryRun ? listed.replace('It lists', 'It would list') : listed}`,
  )
  const moved = `${moved_tasks} of ${task_count} ${task_count === 1 ? 'task' : 'tasks'}`
  if (task_count > 0) await writeLine(`${moved} ${options.dryRun ? 'would have' : 'have'} another next run.`)
  for (const line of left_out) await writeLine(`Left out: ${printable(line)}`)
}

/**
 * Reads lines such as `2026-12-25 closed Christmas Day`.
 * @throws UsageError for a line that does not begin with a day
 */
function toDays(text: string, file: string): { day: string; kind: string; note: string | null }[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line, at) => {
      if (/^\s*(#|$)/.test(line)) return []
      const [, day, kind = 'closed', note = ''] =
        /^\s*(\d{4}-\d\d-\d\d)(?:\s+(closed|open)(?!\S))?(?:\s+(.*?))?\s*$/.exec(line) ?? []
      if (day === undefined)
        throw new UsageError(
          `${file}:${at + 1}: a line must begin with a day, such as 2026-12-25, and go on with closed or open and a note.`,
        )
      return [{ day, kind, note: note === '' ? null : note }]
    })
}

async function getCalendar(name: string, options: Output): Promise<void> {
  const calendar = await callApi<Whole>(findConnection(options), 'GET', pathOf(name)).catch((error) =>
    unknownCalendar(name, error),
  )
  if (options.json) return writeJson(calendar)
  await writeList(calendar.days, {
    columns: dayColumns,
    json: false,
    empty: `The calendar ${printable(name)} lists no days; closed weekdays: ${weekendOf(calendar)}.`,
  })
}

function unknownCalendar(name: string, error: unknown): never {
  throw isNotFound(error)
    ? new CommandError(`There is no calendar ${printable(name)}: duly calendar list shows them.`)
    : error
}

async function deleteCalendar(name: string, options: Output): Promise<void> {
  await callApi(findConnection(options), 'DELETE', pathOf(name)).catch((error) => unknownCalendar(name, error))
  await (options.json ? writeJson({ name, deleted: true }) : writeLine(`Deleted the calendar ${printable(name)}.`))
}
