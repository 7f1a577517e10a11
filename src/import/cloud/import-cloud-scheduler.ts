import { isTimeZone, patternProblem } from '../check-schedule.ts'
import type { ImportedJob, ImportResult, Remark } from '../model.ts'
import { TaskKeys } from '../task-key.ts'
import type { Text } from '../text.ts'
import { unclearItem } from '../unclear-item.ts'
import { usedReferences } from '../used-references.ts'
import { readEnglishSchedule } from './english-schedule.ts'
import { type Fields, objectOf, objectsOf, shown } from './fields.ts'
import { type LocatedObject, readObjects } from './located-documents.ts'

/** Turns jobs of Cloud Scheduler, as `gcloud scheduler jobs list --format=json` or `yaml` prints them, into tasks. */
export function importCloudScheduler(text: string, options: { readonly now?: number } = {}): ImportResult {
  const keys = new TaskKeys()
  let objects: LocatedObject[]
  try {
    objects = readObjects(text)
  } catch (error) {
    return { jobs: [unread('Cloud Scheduler', 1, (error as Error).message)], secrets: [], variables: [] }
  }
  // The API prints one object with the list of jobs.
  const all = objects.flatMap(({ value, line }) =>
    Array.isArray(value.jobs) ? objectsOf(value.jobs).map((job) => ({ value: job, line })) : [{ value, line }],
  )
  const counts = new Map<string, number>()
  for (const { value } of all) counts.set(nameOf(value), (counts.get(nameOf(value)) ?? 0) + 1)
  const jobs = all.map((object) => {
    const name = nameOf(object.value)
    const isShared = (counts.get(name) ?? 0) > 1
    const place = /locations\/([^/]+)\//.exec(shown(object.value.name))?.[1]
    return jobOf(object, options.now ?? Date.now(), () => keys.unique(isShared && place ? [place, name] : [name]))
  })
  for (const { value, line } of objects)
    if (value.nextPageToken)
      jobs.push(unread('list of jobs', line, 'The list goes on (nextPageToken): take all of its pages.'))
  return { jobs, ...usedReferences(jobs) }
}

const nameOf = ({ name }: Fields) =>
  shown(name ?? '')
    .split('/')
    .at(-1) ?? ''

const unread = (source: string, line: number, reason: string): ImportedJob => ({
  ...{ source, line, tasks: [], reasons: [{ text: reason, line }], notes: [], isOther: false },
})

/** Headers that Google sends itself, whatever the job says. */
const replaced = /^(user-agent|host|content-length|x-google-.*|x-appengine-.*|x-cloudscheduler.*)$/i

function jobOf({ value, line }: LocatedObject, now: number, key: () => string): ImportedJob {
  const notes: Remark[] = []
  const reasons: Remark[] = []
  const note = (text: string) => notes.push({ text, line })
  const reason = (text: string) => reasons.push({ text, line })
  if (value.schedule === undefined && value.name === undefined)
    return unread('document', line, 'It is no job of Cloud Scheduler.')
  const job = { source: `job ${nameOf(value)}`, line, reasons, notes, isOther: false }
  const target = objectOf(value.httpTarget)
  if (!target) {
    reason(
      value.pubsubTarget
        ? 'The job publishes to Pub/Sub. Let a push endpoint be called instead.'
        : 'The job has no HTTP target; tasks of App Engine have an address that only Google knows.',
    )
    return { ...job, tasks: [] }
  }
  const { oidcToken, oauthToken, uri, headers, body } = target
  const method = shown(target.httpMethod ?? unspecified)
  const state = shown(value.state ?? 'ENABLED')
  if (!/^(ENABLED|PAUSED|DISABLED)$/.test(state)) reason(`The job is in state ${state}.`)
  if (oidcToken || oauthToken)
    reason(
      'Google signs the request with a token of a service account: use a named secret, or the signature of Duly (docs/signing.md).',
    )
  const payload = body === undefined ? null : textOf(body)
  if (payload === undefined) reason('The body is not text.')
  const schedule = scheduleOf(value, now)
  if (schedule.problem !== undefined) reason(schedule.problem)
  if (schedule.note !== undefined) note(schedule.note)
  note('The headers X-CloudScheduler… are not sent: see whether the target looks for them.')
  const given = Object.entries(objectOf(headers) ?? {}).filter(([field]) => !replaced.test(field))
  for (const [field, text] of given) if (typeof text !== 'string') reason(`The header ${field} is no text.`)
  const hasType = given.some(([field]) => field.toLowerCase() === 'content-type')
  const header = Object.fromEntries<Text>([
    ...given.map(([field, text]) => [field, [shown(text)]] as const),
    ['User-Agent', ['Google-Cloud-Scheduler']],
    ...(payload && !hasType ? [['Content-Type', ['application/octet-stream']] as const] : []),
  ])
  const seconds = secondsOf(value.attemptDeadline ?? '180s')
  if (seconds === undefined)
    reason(`attemptDeadline ${JSON.stringify(value.attemptDeadline)} is not a number of seconds such as 180s.`)
  return {
    ...job,
    tasks: [
      {
        key: key(),
        fields: {
          ...schedule.fields,
          timeout_seconds: Math.min(3600, Math.max(1, Math.ceil(seconds ?? 180))),
          ...retriesOf(objectOf(value.retryConfig) ?? {}, { note, reason }),
          ...(state !== 'ENABLED' ? { status: 'paused' } : {}),
        },
        request: {
          method: method === unspecified ? 'POST' : method,
          url: [shown(uri ?? '')],
          header,
          payload: payload ? [payload] : null,
          fields: {},
        },
      },
    ],
  }
}

/** The method of a job that names none, which is POST. */
const unspecified = 'HTTP_METHOD_UNSPECIFIED'

interface FoundSchedule {
  readonly fields: Fields
  readonly problem?: string
  readonly note?: string
}

function scheduleOf({ schedule, timeZone = 'UTC' }: Fields, now: number): FoundSchedule {
  const text = shown(schedule ?? '').trim()
  const [, count, unit] = /^every\s+(\d{1,5})\s+(minute|min|hour)s?$/i.exec(text) ?? []
  if (count !== undefined && Number(count) > 0)
    return {
      fields: { frequency: Number(count), unit: /^h/i.test(unit ?? '') ? 'hour' : 'minute' },
      note: 'An interval begins when the tasks file is applied.',
    }
  if (typeof timeZone !== 'string' || !isTimeZone(timeZone))
    return { fields: {}, problem: `${JSON.stringify(timeZone)} is not a time zone that Duly knows.` }
  const english = readEnglishSchedule(text)
  if (english !== undefined && patternProblem(english, now) === undefined)
    return { fields: { cron: english, time_zone: timeZone } }
  const unclear = unclearItem(text)
  if (unclear !== undefined) return { fields: {}, problem: `The schedule ${JSON.stringify(text)} has ${unclear}` }
  const problem = patternProblem(text, now)
  if (problem !== undefined) return { fields: {}, problem: `The schedule ${JSON.stringify(text)} ${problem}.` }
  const [, , day = '*', , weekday = '*'] = text.split(/\s+/)
  // For Google, only a * by itself leaves a field open; for Duly, every field that begins with one.
  if (day !== '*' && weekday !== '*' && (day.startsWith('*') || weekday.startsWith('*')))
    return { fields: {}, problem: `${text} restricts both day fields, one of them by steps: say which days are meant.` }
  return { fields: { cron: text, time_zone: timeZone } }
}

interface Remarks {
  note(text: string): void
  reason(text: string): void
}

function retriesOf(config: Fields, { note, reason }: Remarks): Fields {
  const count = Number(shown(config.retryCount ?? 0))
  if (!Number.isInteger(count) || count < 0) {
    reason(`retryCount ${JSON.stringify(config.retryCount)} is not a whole number.`)
    return {}
  }
  const duration = secondsOf(config.maxRetryDuration) ?? 0
  if (count === 0 && duration === 0) return {}
  const retries = Math.min(count === 0 ? 10 : count, 10)
  if (count === 0) note('The job is repeated for a time, and not a number of times: the task repeats 10 times at most.')
  // Google repeats until both limits are reached, and a task until the first of them is.
  if (count > 0 && duration > 0)
    note(
      `The job is repeated until ${count} repetitions and ${duration} s are over, whichever comes later; the task is repeated ${retries} times.`,
    )
  for (const name of ['minBackoffDuration', 'maxBackoffDuration'])
    if (!Number.isInteger(secondsOf(config[name]) ?? 1))
      note(`${name} ${shown(config[name])} is rounded: a task has whole seconds.`)
  const seconds = (value: unknown, otherwise: number, most: number) =>
    Math.min(most, Math.max(1, Math.round(secondsOf(value) ?? otherwise)))
  const min = seconds(config.minBackoffDuration, 5, 86_400)
  return {
    retries,
    retry: {
      min_backoff_seconds: min,
      max_backoff_seconds: Math.max(min, seconds(config.maxBackoffDuration, 3600, 86_400)),
      max_doublings: Math.min(16, Math.max(0, Number(shown(config.maxDoublings ?? 5)) || 0)),
      ...(count === 0 ? { max_duration_seconds: seconds(config.maxRetryDuration, duration, 604_800) } : {}),
    },
  }
}

/** Returns the seconds of a duration such as `180s`; undefined if there is none. */
function secondsOf(value: unknown): number | undefined {
  const [, seconds] = /^(\d+(?:\.\d+)?)s$/.exec(shown(value ?? '')) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** Returns the text of base64; undefined if it is none, or no text. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'base64'))
  } catch {
    return undefined
  }
}
