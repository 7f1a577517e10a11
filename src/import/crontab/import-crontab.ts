import { nicknameFields } from '../../schedule/nicknames.ts'
import { isTimeZone, patternProblem } from '../check-schedule.ts'
import { readScript } from '../curl/read-command.ts'
import { otherClient } from '../kubernetes/other-client.ts'
import type { FoundRequest, ImportedJob, ImportResult, ReadCommand, Remark } from '../model.ts'
import { spreadOf } from '../spread.ts'
import { TaskKeys } from '../task-key.ts'
import { plainText, type Value } from '../text.ts'
import { unclearItem } from '../unclear-item.ts'
import { usedReferences } from '../used-references.ts'
import { type CrontabEntry, readCrontab } from './read-crontab.ts'

/** What a crontab does not say. */
export interface CrontabOptions {
  /** Whether the lines name a user, as in `/etc/crontab` and `/etc/cron.d`. */
  readonly system?: boolean
  /** The time zone of the machine; UTC with a note if missing. */
  readonly timeZone?: string
  /** What the keys of all tasks begin with. */
  readonly keyPrefix?: string
  readonly file?: string
  /** The time from which schedules must come due, in ms; now if missing. */
  readonly now?: number
}

/** Returns the five fields of a nickname: those that Duly takes, and one of FreeBSD. */
const fieldsOf = (nickname: string) =>
  nickname.toLowerCase() === '@every_minute' ? '* * * * *' : nicknameFields(nickname)

/** The timeout of a command without one, in seconds. */
const withoutLimit = 300

/** Turns the lines of a crontab into tasks. Nothing is run. */
export function importCrontab(text: string, options: CrontabOptions = {}): ImportResult {
  const keys = new TaskKeys()
  const jobs = readCrontab(text, options.system === true).map((entry) => jobOf(entry, options, keys))
  return { jobs, ...usedReferences(jobs) }
}

function jobOf(entry: CrontabEntry, options: CrontabOptions, keys: TaskKeys): ImportedJob {
  const { line, variables, user } = entry
  const notes: Remark[] = []
  const reasons: Remark[] = []
  const note = (text: string) => notes.push({ text, line })
  const reason = (text: string) => reasons.push({ text, line })
  const job = (found: Partial<ImportedJob>): ImportedJob => ({
    source: `line ${line}`,
    ...(options.file === undefined ? {} : { file: options.file }),
    ...{ line, tasks: [], reasons, notes, isOther: false, ...found },
  })
  if (entry.problem !== undefined) {
    reason(entry.problem)
    return job({})
  }
  const read = readEntry(entry)
  const client = read.isOther ? otherClient([entry.command]) : undefined
  const isCut =
    entry.stdin !== undefined && (read.reasons.length > 0 || (read.isOther && /\b(curl|wget)\b/.test(entry.stdin)))
  if (isCut) reason('It has a % without a backslash: cron ends the command there, and what follows is its input.')
  else if (client !== undefined) reason(`${client} may send a request here, and is not read: write it with curl.`)
  else if (read.isOther && /\b(curl|wget)\b/.test(entry.schedule))
    reason('It has fewer than five fields before the command.')
  else if (read.isOther) {
    note('It runs neither curl nor wget. What the programs that it runs send is not read.')
    return job({ isOther: true })
  }
  for (const { text } of read.reasons) reason(text)
  for (const { text } of read.notes) note(text)
  const schedule = scheduleOf(entry, options)
  if (schedule.problem !== undefined) reason(schedule.problem)
  if (schedule.note !== undefined) note(schedule.note)
  for (const name of ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])
    if (variables.get(name)) reason(`${name} is set: Duly never uses a proxy.`)
  const delay = variables.get('RANDOM_DELAY')
  const delayed = delay && spreadOf(schedule.fields, Number(delay) * 60, options.now ?? Date.now())
  if (delay)
    note(
      `RANDOM_DELAY: cron waits up to ${delay} minutes; the task ${delayed ? 'starts within them, always equally long after its time (spread_seconds)' : 'is called on time'}.`,
    )
  if (variables.get('MAILTO'))
    note('MAILTO: cron sends what the command prints. Make a channel (duly channel create) to be told of failures.')
  const tasks = read.requests.map((request) => {
    const host = hostOf(request)
    if (host !== undefined && /^(localhost|.*\.localhost|0(\.0){0,3}|127(\.\d+){1,3}|\[::1?\])$/i.test(host))
      reason(`${host} is the machine of the crontab itself: say which host Duly is to call.`)
    else if (host !== undefined && /^[\w-]+$/.test(host) && !/^\d+$/.test(host))
      note(`${host} is a short name, which the machine of the crontab finds: see whether Duly does.`)
    const { timeout_seconds: own, ...fields } = request.fields
    if (own === undefined) note(`The command has no time limit: each call gets ${withoutLimit} s (timeout_seconds).`)
    const timeout = Math.min(typeof own === 'number' ? own : withoutLimit, 3600)
    if (typeof own === 'number' && own > timeout)
      note(`The time limit of ${own} s is cut to 3600 s, the longest of a call.`)
    return {
      key: keys.unique([...(options.keyPrefix ? [options.keyPrefix] : []), ...partsOf(request)]),
      request: { ...request, fields: {} },
      fields: {
        ...schedule.fields,
        ...delayed,
        timeout_seconds: timeout,
        ...fields,
        ...(user === undefined ? {} : { labels: { user } }),
      },
    }
  })
  if (tasks.length === 0 && reasons.length === 0) return job({ isOther: true })
  return job({ tasks, notes: distinct(notes), reasons: distinct(reasons) })
}

const distinct = (remarks: readonly Remark[]) =>
  remarks.filter(({ text }, at) => remarks.findIndex((other) => other.text === text) === at)

/** Variables that every command of cron has, and whose values only the machine knows. */
const ofMachine = /^(HOME|LOGNAME|USER|PATH|SHELL|HOSTNAME|PWD|LANG|RANDOM)$/

/** Takes away what guards or wraps a command and changes no request: `[ -x /usr/bin/curl ] &&`, `su - user -c "…"`. */
function unwrapped(command: string): string {
  const text = command
    .trim()
    .replace(/^(?:\[\s+-[xef]\s+\S*\b(?:curl|wget)\s+\]|test\s+-[xef]\s+\S*\b(?:curl|wget))\s*&&\s*/, '')
  const [, double, single] =
    /^(?:\/bin\/)?su\s+(?:-l?\s+)?[\w-]+\s+(?:-s\s+\S+\s+)?-c\s+(?:"([^"\\$`]*)"|'([^']*)')$/.exec(text) ?? []
  return double ?? single ?? text
}

function readEntry({ command: whole, stdin, variables }: CrontabEntry): ReadCommand {
  const command = unwrapped(whole)
  const refused = (text: string): ReadCommand => ({
    requests: [],
    notes: [],
    reasons: [{ text, offset: 0 }],
    isOther: false,
  })
  const shell = variables.get('SHELL')
  if (shell !== undefined && !/\/(sh|bash|dash|ash|ksh|zsh)$/.test(shell))
    return refused(`SHELL is ${shell}, which is not read.`)
  const environment = new Map<string, Value>([...variables].map(([name, value]) => [name, [value]]))
  const mentioned = [...command.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name]) => name as string)
  for (const name of mentioned)
    if (!environment.has(name) && (ofMachine.test(name) || !new RegExp(`\\b${name}=`).test(command)))
      environment.set(name, { unknown: `${name} is not set in the crontab; the machine may set it` })
  if (stdin === undefined) return readScript(command, environment)
  if (/[;&|<\n]/.test(command.replace(/"[^"]*"|'[^']*'|\d?>\s*[^\s;&|]+(\s+2>&1)?|2>&1/g, '')))
    return refused('The lines after % are the input of several commands.')
  return readScript(command, environment, [stdin])
}

interface FoundSchedule {
  readonly fields: Readonly<Record<string, unknown>>
  readonly problem?: string
  readonly note?: string
}

function scheduleOf({ schedule, variables }: CrontabEntry, options: CrontabOptions): FoundSchedule {
  const [text, span] = withoutRandom(schedule.startsWith('@') ? fieldsOf(schedule) : schedule.replace(/[ \t]+/g, ' '))
  if (text === undefined)
    return {
      fields: {},
      problem:
        schedule.toLowerCase() === '@reboot'
          ? '@reboot runs when the machine starts: a task has no such time.'
          : `${schedule} is no schedule that is known here.`,
    }
  if (text.includes('~')) return { fields: {}, problem: `${text} has a random time (~): choose one.` }
  const unclear = unclearItem(text)
  if (unclear !== undefined) return { fields: {}, problem: `${text} has ${unclear}` }
  const problem = patternProblem(text, options.now ?? Date.now())
  if (problem !== undefined) return { fields: {}, problem: `The schedule ${JSON.stringify(text)} ${problem}.` }
  const ofFile = variables.get('CRON_TZ')
  const zone = ofFile ?? options.timeZone
  if (zone !== undefined && !isTimeZone(zone))
    return { fields: {}, problem: `${JSON.stringify(zone)} is not a time zone that Duly knows.` }
  const note = zoneNote(ofFile, options.timeZone, variables.get('TZ'))
  const spread = span === undefined ? {} : spreadOf({ cron: text }, span, options.now ?? Date.now())
  if (spread === undefined)
    return { fields: {}, problem: `${schedule} has a random time (~) as long as the time between two.` }
  return {
    fields: { cron: text, ...spread, ...(zone === undefined ? {} : { time_zone: zone }) },
    ...(note === undefined ? {} : { note }),
  }
}

/**
 * Replaces a random minute (`0~30`, `~`) by its first one.
 * @returns the pattern, and how many seconds after it the last minute ends; undefined without a random minute
 */
function withoutRandom(schedule: string | undefined): [text: string | undefined, span?: number] {
  const [, first = '0', last = '59', rest] = /^(\d{1,2})?~(\d{1,2})?( [^~]*)$/.exec(schedule ?? '') ?? []
  if (rest === undefined || Number(last) > 59 || Number(first) >= Number(last)) return [schedule]
  return [`${first}${rest}`, (Number(last) - Number(first) + 1) * 60]
}

/** Says what is not certain about the zone of a schedule. */
function zoneNote(ofFile: string | undefined, ofMachine: string | undefined, ofCommand: string | undefined) {
  if (ofFile !== undefined)
    return 'CRON_TZ is the zone of the times for cronie. Other crons, such as that of Debian and Ubuntu, pass over it: see which one the machine has.'
  const taken = 'The times are those of the machine’s zone'
  if (ofMachine === undefined) return `${taken}, taken to be UTC. Import with --time-zone if it is another one.`
  return ofCommand === undefined ? undefined : `TZ is the zone of the command only. ${taken}, ${ofMachine}.`
}

/** Returns the host of a request; undefined if a variable is in it. */
function hostOf({ url }: FoundRequest): string | undefined {
  const [start = ''] = url
  const [, host, rest] =
    /^https?:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(.*)$/i.exec(typeof start === 'string' ? start : '') ?? []
  return url.length > 1 && rest === '' ? undefined : host
}

/** Returns the parts of a key: host and path of the URL. */
function partsOf(request: FoundRequest): string[] {
  const text = plainText(request.url.map((part) => (typeof part === 'string' ? part : part.name.toLowerCase()))) ?? ''
  const [place = ''] = text.replace(/^[a-z]+:\/\/(?:[^/?#@]*@)?/i, '').split(/[?#]/)
  const parts = place.split('/').filter((part) => /[A-Za-z0-9]/.test(part))
  return parts.length === 0 ? ['task'] : parts.slice(0, 6)
}
