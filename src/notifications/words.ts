import type { Message, ToldAlert } from './message.ts'
import { visible } from './visible.ts'

const nameLength = 200
const errorLength = 300

/** A part of a message: a heading, and one line for each alert that it names. */
export interface Section {
  readonly heading: string
  readonly lines: readonly Line[]
  /** How many alerts are not named. */
  readonly more: number
}

/** What a message says of one alert. */
interface Line {
  readonly text: string
  /** The task, for a link; null for an outage or a channel. */
  readonly taskId: string | null
}

/** A message in words. None of it contains line breaks, control characters or characters that change the direction of text. */
export interface Words {
  /** What the message is about, in one line: the subject of a mail. */
  readonly title: string
  readonly sections: readonly Section[]
}

/** Puts a message into words, in English. Times are in UTC. */
export function inWords(message: Message): Words {
  const { type, kind, body } = message
  const service = visible(message.service.name, nameLength)
  if (type === 'test')
    return {
      title: `[Duly ${service}] Test: this channel is told of alerts`,
      sections: [{ heading: 'This is a test. Nothing is wrong.', lines: [], more: 0 }],
    }
  const said =
    type === 'reminder' ? [] : [section(body.opened, openedHeading, kind), section(body.closed, closedHeading, kind)]
  const untold = body.open.count - body.opened.alerts.filter(({ closed_at }) => closed_at === null).length
  const rest = type === 'reminder' || (type === 'changed' && untold > 0) ? [section(body.open, stillHeading, kind)] : []
  return {
    title: `[Duly ${service}] ${titleOf(message)}`,
    sections: [...said, ...rest].filter((one) => one !== undefined),
  }
}

/** What is wrong with tasks of a kind of alerts, for one and for several, and what is said when it is over. */
const states: Readonly<Record<string, readonly [one: string, many: string, over: string]>> = {
  failing: ['is failing', 'are failing', 'well again'],
  late: ['has not started', 'have not started', 'no longer late'],
  long: ['runs long', 'run long', 'no longer running long'],
}
/** Why an alert closed although nothing became better. */
const withdrawn: readonly (string | null)[] = ['paused', 'disabled', 'deleted']

/** What has become of tasks whose alerts closed: `well again`, or `paused`. */
function overWords({ alerts }: Group, kind: string): string {
  const reasons = new Set(alerts.map(({ closed_because }) => closed_because))
  if (!withdrawn.some((reason) => reasons.has(reason))) return states[kind]?.[2] ?? 'over'
  const [only] = reasons
  return reasons.size === 1 && only ? only : 'well again, paused, disabled or deleted'
}

function titleOf({ type, kind, target, body: { opened, closed, open } }: Message): string {
  const [only] = type === 'closed' ? closed.alerts : type === 'reminder' ? open.alerts : opened.alerts
  if (kind === 'outage' || kind === 'channel') return only ? sentence(only).replace(/\.$/, '') : kind
  const [one, many] = states[kind] ?? ['has an alert', 'have alerts']
  const over = overWords(closed, kind)
  const at = ` (${visible(target, nameLength)})`
  const named = (alert: ToldAlert | undefined) => visible(alert?.task_name ?? 'a task', nameLength)
  switch (type) {
    case 'opened':
      return opened.count === 1 ? `${named(only)} ${one}${at}` : `${opened.count} tasks ${many}${at}`
    case 'closed':
      return closed.count === 1 ? `${named(only)}: ${over}${at}` : `${closed.count} tasks: ${over}${at}`
    case 'reminder':
      return open.count === 1 ? `Still: ${named(only)} ${one}${at}` : `Still: ${open.count} tasks ${many}${at}`
    default: {
      const parts = [
        ...(opened.count > 0 ? [`${opened.count} more`] : []),
        ...(closed.count > 0 ? [`${closed.count} ${over}`] : []),
      ]
      return `${open.count} ${open.count === 1 ? `task ${one}` : `tasks ${many}`}: ${parts.join(', ')}${at}`
    }
  }
}

type Group = Message['body']['open']

function section(group: Group, heading: (group: Group, kind: string) => string, kind: string): Section | undefined {
  const { count, alerts } = group
  if (count === 0) return undefined
  return {
    heading: heading(group, kind),
    lines: alerts.map((alert) => ({ text: sentence(alert), taskId: alert.task_id })),
    more: Math.max(0, count - alerts.length),
  }
}

const isAboutTasks = (kind: string) => kind in states
const tasks = (count: number) => (count === 1 ? '1 task' : `${count} tasks`)

function openedHeading({ count }: Group, kind: string): string {
  if (!isAboutTasks(kind)) return kind === 'outage' ? 'Duly was out of order:' : 'A channel was disabled:'
  const [one, many] = states[kind] as readonly [string, string, string]
  return `${tasks(count)} ${count === 1 ? one : many}:`
}

function closedHeading(group: Group, kind: string): string {
  return `${tasks(group.count)} ${overWords(group, kind)}:`
}

function stillHeading({ count }: Group, kind: string): string {
  const [one, many] = states[kind] ?? ['has an alert', 'have alerts']
  return `In all, ${tasks(count)} ${count === 1 ? one : many}:`
}

/** An alert in one sentence. */
function sentence(alert: ToldAlert): string {
  const { kind, since, until, closed_at, closed_because, failures, tasks: due } = alert
  const name = visible(alert.task_name ?? 'A task', nameLength)
  const error = alert.error === null ? '' : visible(alert.error, errorLength)
  const because = error === '' ? '' : `: ${error}`
  if (kind === 'outage')
    return `Nothing was started from ${utc(since)} to ${utc(until ?? since)}; ${caughtUp(due ?? 0, alert.catch_up)}.`
  if (kind === 'channel') return error === '' ? 'A channel was disabled.' : error
  const ended = closed_at !== null && closed_because !== 'event'
  if (ended && ['paused', 'disabled', 'deleted'].includes(closed_because ?? ''))
    return `${name} was ${closed_because} at ${utc(closed_at)}${kind === 'failing' ? `; it had been failing since ${utc(since)}` : ''}`
  if (kind === 'late')
    return ended
      ? `${name} is no longer waiting to start; it was due at ${utc(since)}`
      : `${name} was due at ${utc(since)} and has not started${because}`
  if (kind === 'long')
    return ended
      ? `${name} has ended its long run, which started at ${utc(since)}`
      : `${name} has been running since ${utc(since)}${because}`
  if (closed_because === 'event') return `${name}, which runs once, failed at ${utc(since)}${because}`
  if (ended) return `${name} is well again; it had been failing since ${utc(since)}`
  const inARow = failures !== null && failures > 1 ? ` (${failures} runs failed)` : ''
  return `${name} has been failing since ${utc(since)}${because}${inARow}`
}

/** What was due after an outage, how much of it is still late, and about when the last of it starts. */
function caughtUp(due: number, catchUp: ToldAlert['catch_up']): string {
  if (catchUp === undefined) return `${due === 1 ? '1 task is' : `${due} tasks are`} being caught up`
  const was = due === 1 ? '1 task was due' : `${due} tasks were due`
  if (catchUp === null) return `${was}, and no run outside flows is late any more`
  const { late, per_second, ends_at } = catchUp
  const runs = `${late} ${late === 1 ? 'run is' : 'runs are'} still late`
  const limit = per_second === null ? '' : ` (${per_second} a second at most)`
  const end =
    ends_at === null ? 'when the last of them starts is unknown' : `the last of them starts at about ${utc(ends_at)}`
  return `${was}: ${runs}${limit}, and ${end}`
}

/** 2026-11-28 02:07 UTC */
const utc = (time: string) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`
