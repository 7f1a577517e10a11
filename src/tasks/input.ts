import type { FieldError } from '../formats/field-error.ts'
import { parseTime } from '../formats/time.ts'
import { invalid } from '../http/errors.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { type FieldValues, fieldEntries } from '../task-fields/fields.ts'
import { checkHeader } from '../task-fields/limits.ts'
import type { TaskIds } from './ids.ts'
import type { TaskCreate, TaskUpdate } from './model.ts'
import type { NewTask, TaskCondition } from './queries.ts'
import { checkSchedule, checkScheduleChange, normalCron, type ScheduleFields } from './schedule-input.ts'
import type { TaskChange } from './update.ts'

/** What decides on a task beyond its own fields: where it may point, whether it may hold secrets, and what it is called by. */
export interface TaskRules {
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  readonly ids: TaskIds
}

/** A schema-checked create body with its defaults. @throws ApiError 400 for what the schema cannot say */
export function toNewTask(rules: TaskRules, body: TaskCreate): NewTask {
  const task = { ...defaults(body), id: rules.ids.next() }
  refuse(checkNewTask(rules, task))
  return task
}

/** Schema-checked create bodies with their defaults; an error names the index. @throws ApiError 400 */
export function toNewTasks(rules: TaskRules, bodies: readonly TaskCreate[]): NewTask[] {
  const tasks = bodies.map((body) => ({ ...defaults(body), id: rules.ids.next() }))
  refuse(
    tasks.flatMap((task, index) =>
      checkNewTask(rules, task).map(({ path, message }) => ({ path: `/tasks/${index}${path}`, message })),
    ),
  )
  return tasks
}

/** Schedule fields as they would be stored; without `scheduled_at` the first run is counted from now. @throws ApiError 400 */
export function toSchedule(body: ScheduleFields) {
  const schedule = scheduleDefaults(body)
  refuse(checkSchedule(schedule))
  return schedule
}

/**
 * What tells whether two creates ask for the same, defaults included and the new id left out: SHA-256, and with a secret
 * header one for each key of the server, so that nobody can try guesses on it.
 */
export function hashesOfNewTask(secrets: Secrets, task: NewTask): Buffer[] {
  return hashesOf(secrets, [task], JSON.stringify(comparable(task)))
}

/** The same for a bulk create, in whose order the tasks count. */
export function hashesOfBulk(secrets: Secrets, tasks: readonly NewTask[]): Buffer[] {
  return hashesOf(secrets, tasks, `bulk ${JSON.stringify(tasks.map(comparable))}`)
}

/** What two creates have in common that ask for the same. */
function comparable(task: NewTask) {
  const header = Object.fromEntries(Object.entries(task.header).sort(([one], [other]) => (one < other ? -1 : 1)))
  const hashed = fieldEntries.filter(([name, field]) => field.isHashedAtDefault || task[name] !== field.default)
  return Object.fromEntries(hashed.map(([name]) => [name, name === 'header' ? header : task[name]]))
}

function hashesOf(secrets: Secrets, tasks: readonly NewTask[], text: string): Buffer[] {
  return tasks.some(({ header }) => Object.keys(header).some((name) => secrets.names.has(name)))
    ? secrets.hashes(text)
    : [new Bun.CryptoHasher('sha256').update(text).digest()]
}

/** A schema-checked update body: what it changes, and what must hold for it. @throws ApiError 400 */
export function toChange(
  rules: TaskRules,
  body: TaskUpdate,
  serviceId: string,
  taskId: string,
  ifMatch: string | undefined,
) {
  const { id, service_id, created_at, updated_at, header, ...fields } = body
  const change: TaskChange = normalCron(fields)
  if (change.method !== undefined) change.method = change.method.toUpperCase()
  if (change.scheduled_at) change.scheduled_at = normalTime(change.scheduled_at)
  refuse([
    ...checkOwner(body, serviceId, taskId),
    ...(change.url === undefined ? [] : checkTarget(rules.policy, change.url)),
    ...checkHeaders(rules, header ?? {}, false),
    ...checkScheduleChange(change),
  ])
  const sealed = header && rules.secrets.seal({ service_id: serviceId, task_id: taskId }, header)
  return { change: { ...change, ...(sealed ? { header: sealed } : {}) }, condition: readCondition(body, ifMatch) }
}

/** A schema-checked PUT body: a change of every field. @throws ApiError 400 */
export function toReplacement(
  rules: TaskRules,
  body: TaskCreate & TaskUpdate,
  serviceId: string,
  taskId: string,
  ifMatch: string | undefined,
) {
  const { header, scheduled_at, ...plain } = defaults(body)
  // As one that has run once is answered.
  const hasRunOnce = body.scheduled_at === null && plain.status === 'disabled' && isRunOnce(plain)
  // Without a time the stored one stays where the schedule is the same, so that a PUT that is repeated loses no slot.
  const change = scheduled_at === null && !hasRunOnce ? plain : { ...plain, scheduled_at }
  refuse([
    ...checkOwner(body, serviceId, taskId),
    ...checkTarget(rules.policy, change.url),
    ...checkHeaders(rules, header, false),
    ...(hasRunOnce ? [] : checkSchedule(change)),
  ])
  const sealed = rules.secrets.seal({ service_id: serviceId, task_id: taskId }, header)
  return { change: { ...change, header: sealed }, condition: readCondition(body, ifMatch) }
}

/** A create body with the defaults of what it leaves out, as it is stored. */
function defaults(body: TaskCreate): FieldValues {
  const values = fieldEntries.map(([name, field]) => [name, body[name] ?? field.default])
  return { ...Object.fromEntries(values), method: body.method.toUpperCase(), ...scheduleDefaults(body) }
}

function scheduleDefaults(body: ScheduleFields) {
  const { cron = null, time_zone = null } = normalCron(body)
  return {
    scheduled_at: body.scheduled_at ? normalTime(body.scheduled_at) : null,
    frequency: body.frequency ?? null,
    unit: body.unit ?? null,
    cron,
    time_zone: cron === null ? time_zone : (time_zone ?? 'UTC'),
  }
}

const isRunOnce = ({ frequency, unit, cron, time_zone }: ScheduleFields) =>
  (frequency ?? unit ?? cron ?? time_zone ?? null) === null

/** The schema let it through, so it parses. */
const normalTime = (text: string) => parseTime(text) as string

/** What must hold for an update: the times that only the server sets, and the version the caller saw. */
function readCondition({ created_at, updated_at }: TaskUpdate, ifMatch: string | undefined): TaskCondition {
  return {
    ...(created_at ? { created_at: normalTime(created_at) } : {}),
    ...(updated_at ? { updated_at: normalTime(updated_at) } : {}),
    ...readIfMatch(ifMatch),
  }
}

/** RFC 9110 section 13.1.1: any of a list; `*` asks for any version, and a tag that is not ours matches none. */
export function readIfMatch(value: string | undefined): TaskCondition {
  if (value === undefined || value.trim() === '*') return {}
  const tags = value.split(',').map((tag) => /^"([1-9]\d{0,8})"$/.exec(tag.trim())?.[1])
  return { versions: tags.filter((tag) => tag !== undefined).map(Number) }
}

function checkNewTask(rules: TaskRules, task: NewTask): FieldError[] {
  return [...checkTarget(rules.policy, task.url), ...checkHeaders(rules, task.header, true), ...checkSchedule(task)]
}

function checkHeaders({ secrets }: TaskRules, header: Readonly<Record<string, string>>, isNew: boolean): FieldError[] {
  const errors = checkHeader(header)
  return errors.length > 0 ? errors : secrets.check(header, isNew)
}

/** What can be told of a target without looking its name up: that is done when it is called. */
function checkTarget(policy: OutboundPolicy, url: string): FieldError[] {
  const refusal = policy.blockReasonForUrl(new URL(url))
  return refusal ? [{ path: '/url', message: `is refused by the outbound policy: ${refusal}` }] : []
}

function checkOwner({ id, service_id }: TaskUpdate, serviceId: string, taskId: string): FieldError[] {
  return [...fixed('/id', id, taskId), ...fixed('/service_id', service_id, serviceId)]
}

function fixed(path: string, given: string | undefined, stored: string): FieldError[] {
  return given === undefined || given.toLowerCase() === stored.toLowerCase()
    ? []
    : [{ path, message: `cannot be changed; leave it out or send ${stored}` }]
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(errors)
}
