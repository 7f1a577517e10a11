import type { ImportedJob, ImportResult } from '../model.ts'
import { spreadOf } from '../spread.ts'
import { TaskKeys } from '../task-key.ts'
import { usedReferences } from '../used-references.ts'
import { readConnection, type SecretOf, secretsOf } from './aws-connection.ts'
import { type AwsFile, type AwsInventory, type Found, readInventory, targetsKey } from './aws-inventory.ts'
import { readDestination } from './aws-request.ts'
import { readRetries } from './aws-retries.ts'
import { readAwsSchedule } from './aws-schedule.ts'
import { otherTarget } from './aws-target.ts'
import { type Fields, objectOf, shown, textOf } from './fields.ts'

/** EventBridge waits for an answer of an API destination for 5 seconds. */
const timeoutSeconds = 5

/**
 * Turns schedules of EventBridge Scheduler and scheduled rules of EventBridge, as `aws` prints them with their targets, API
 * destinations and connections, into tasks.
 */
export function importEventBridge(files: readonly AwsFile[], options: { readonly now?: number } = {}): ImportResult {
  const inventory = readInventory(files)
  const context: Context = {
    inventory,
    ruleCounts: countRules(inventory),
    keys: new TaskKeys(),
    secretOf: secretsOf([...inventory.connections.values()]),
    now: options.now ?? Date.now(),
  }
  const jobs = [
    ...inventory.schedules.map((schedule) => scheduleJob(schedule, context)),
    ...inventory.listed.map(({ value, ...at }) =>
      person(
        { ...at, source: sourceOf('schedule', value.GroupName, value.Name) },
        'list-schedules prints neither its times nor its input: add get-schedule of it.',
      ),
    ),
    ...inventory.rules.flatMap((rule) => ruleJobs(rule, context)),
    ...inventory.problems.map(({ text, ...at }) => person({ ...at, source: 'document' }, text)),
  ]
  return { jobs, ...usedReferences(jobs) }
}

interface Context {
  readonly inventory: AwsInventory
  /** How many rules have each key. */
  readonly ruleCounts: ReadonlyMap<string, number>
  readonly keys: TaskKeys
  readonly secretOf: SecretOf
  readonly now: number
}

function countRules({ rules }: AwsInventory): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { value } of rules) {
    const key = targetsKey(value.EventBusName, value.Name)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** What a job is called, and where it is. */
type Place = Pick<ImportedJob, 'source' | 'line' | 'file'>

const person = (place: Place, reason: string): ImportedJob => ({
  ...{ ...place, tasks: [], reasons: [{ text: reason, line: place.line }], notes: [], isOther: false },
})

const other = (place: Place, note: string): ImportedJob => ({
  ...{ ...place, tasks: [], reasons: [], notes: [{ text: note, line: place.line }], isOther: true },
})

/** Names a schedule or a rule by its group or bus, unless that is the default one, and its name. */
const partsOf = (group: unknown, name: unknown) =>
  [group, name].map(textOf).filter((text) => text && text !== 'default')
const sourceOf = (kind: string, group: unknown, name: unknown) => `${kind} ${partsOf(group, name).join('/')}`

function scheduleJob({ value, ...at }: Found, context: Context): ImportedJob {
  const place = { ...at, source: sourceOf('schedule', value.GroupName, value.Name) }
  const notes: string[] = []
  const reasons: string[] = []
  const [start, end] = [value.StartDate, value.EndDate].map(timeOf)
  if (start !== undefined && !(start <= context.now))
    reasons.push(`It begins on ${textOf(value.StartDate)} (StartDate): a task begins when the tasks file is applied.`)
  if (end !== undefined)
    reasons.push(`It ends on ${textOf(value.EndDate)} (EndDate): a task repeats until it is paused or deleted.`)
  const target = objectOf(value.Target) ?? {}
  const found = { ...{ place, notes, reasons }, parts: partsOf(value.GroupName, value.Name), isSchedule: true }
  return targetJob(value, target, found, context)
}

/** Returns the time of a date of the input, in ms: a text, or seconds. Not a number if it is neither; undefined if it is missing. */
const timeOf = (value: unknown) =>
  value === undefined || value === null
    ? undefined
    : typeof value === 'number'
      ? value * 1000
      : Date.parse(textOf(value))

function ruleJobs({ value, ...at }: Found, context: Context): ImportedJob[] {
  const place = { ...at, source: sourceOf('rule', value.EventBusName, value.Name) }
  if (value.ScheduleExpression === undefined) return [other(place, 'It waits for events and has no schedule.')]
  const key = targetsKey(value.EventBusName, value.Name)
  if ((context.ruleCounts.get(key) ?? 0) > 1)
    return [person(place, 'The input has two rules of this name: import each account and region by itself.')]
  const targets = context.inventory.targets.get(key)
  if (targets === undefined)
    return [person(place, `Its targets are not in the input: add list-targets-by-rule --rule ${textOf(value.Name)}.`)]
  if (targets.length === 0) return [other(place, 'It has no target.')]
  const parts = partsOf(value.EventBusName, value.Name)
  const isOnly = targets.length === 1
  return targets.map((target) => {
    const notes = value.EventPattern === undefined ? [] : ['Events call its targets too: the rule must stay for these.']
    if (!isOnly) notes.push('The rule has several targets: disabling it stops all of them.')
    const id = textOf(target.Id)
    const found = {
      ...{ notes, reasons: [], isSchedule: false },
      place: isOnly ? place : { ...place, source: `${place.source}, target ${id}` },
      parts: isOnly ? parts : [...parts, id],
    }
    return targetJob({ ...value, ScheduleExpressionTimezone: 'UTC' }, target, found, context)
  })
}

interface FoundTarget {
  readonly place: Place
  readonly parts: readonly string[]
  readonly notes: string[]
  readonly reasons: string[]
  readonly isSchedule: boolean
}

/** Makes the job of a target of a schedule or a rule. */
function targetJob(
  job: Fields,
  target: Fields,
  found: FoundTarget,
  { inventory, keys, secretOf, now }: Context,
): ImportedJob {
  const { place, notes, reasons } = found
  const arn = textOf(target.Arn)
  if (!/^arn:[^:]*:events:[^:]*:[^:]*:api-destination\//.test(arn)) {
    const { text, isOther } = otherTarget(arn)
    return isOther ? other(place, text) : person(place, text)
  }
  const destination = inventory.destinations.get(arn)
  if (destination === undefined)
    return person(place, `The input has no API destination ${arn}: add list-api-destinations.`)
  const connection = inventory.connections.get(textOf(destination.ConnectionArn))
  if (connection === undefined)
    return person(
      place,
      `The input has no connection ${textOf(destination.ConnectionArn)}: add describe-connection of it.`,
    )
  const schedule = readAwsSchedule(textOf(job.ScheduleExpression), textOf(job.ScheduleExpressionTimezone) || 'UTC', now)
  if (schedule.note !== undefined) notes.push(schedule.note)
  const window = objectOf(job.FlexibleTimeWindow)
  const isFlexible = window?.Mode === 'FLEXIBLE'
  const spread = isFlexible ? spreadOf(schedule.fields, Number(window.MaximumWindowInMinutes) * 60, now) : undefined
  if (isFlexible)
    notes.push(
      `EventBridge calls within ${shown(window.MaximumWindowInMinutes)} minutes (FlexibleTimeWindow); the task ${spread ? 'does too, always equally long after its time (spread_seconds)' : 'is called on time'}.`,
    )
  if (schedule.reason !== undefined) reasons.push(schedule.reason)
  const read = readDestination(target, destination, readConnection(connection, secretOf), found.isSchedule)
  const retries = readRetries(target, (text) => notes.push(text))
  const remark = (text: string) => ({ text, line: place.line })
  return {
    ...place,
    isOther: false,
    reasons: [...reasons, ...read.reasons].map(remark),
    notes: [...notes, ...read.notes].map(remark),
    tasks: [
      {
        key: keys.unique(found.parts.length === 0 ? ['task'] : found.parts),
        fields: {
          ...schedule.fields,
          ...spread,
          timeout_seconds: timeoutSeconds,
          ...retries,
          ...(job.State === 'DISABLED' ? { status: 'paused' } : {}),
        },
        request: read.request,
      },
    ],
  }
}
