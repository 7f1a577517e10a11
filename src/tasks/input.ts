import type { FieldError } from '../formats/field-error.ts'
import { parseTime } from '../formats/time.ts'
import { invalid } from '../http/errors.ts'
import type { OutboundPolicy } from '../outbound/policy.ts'
import { kindOf } from '../schedule/kind.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { checkExpectOfMethod } from '../task-fields/expect.ts'
import { type FieldValues, fieldEntries } from '../task-fields/fields.ts'
import { checkHeader } from '../task-fields/limits.ts'
import { checkProfileUrl } from '../tls-profiles/uses.ts'
import type { ConditionalChange, TaskChange } from './change.ts'
import { checkOwner } from './check-owner.ts'
import { checkNewEnd } from './ends-change.ts'
import type { TaskIds } from './ids.ts'
import { readIfMatch } from './if-match.ts'
import type { NewTask } from './insert.ts'
import type { TaskCreate, TaskUpdate } from './model.ts'
import { checkNewPause } from './pause-change.ts'
import type { TaskCondition } from './queries.ts'
import { checkSchedule, checkScheduleChange, normalCron, type ScheduleFields } from './schedule-input.ts'
import { checkNewUrl, checkUrlChange, toUrlChange, type UrlChange } from './url-change.ts'

/** What `toNewTask` and the other functions here need besides the request: outbound policy, encryption, and ids for new tasks. */
export interface TaskRules {
  readonly policy: OutboundPolicy
  readonly secrets: Secrets
  readonly ids: TaskIds
}

/**
 * Converts the body of a create, which the schema has validated, to a task with defaults.
 * @throws ApiError 400 for errors that the schema cannot find
 */
export function toNewTask(rules: TaskRules, body: TaskCreate): NewTask {
  const task = { ...defaults(body), id: rules.ids.next() }
  throwIfAny(checkNewTask(rules, task))
  return task
}

/**
 * Converts the bodies of a bulk create as `toNewTask` does.
 * @throws ApiError 400; the path of each error contains the index of its task
 */
export function toNewTasks(rules: TaskRules, bodies: readonly TaskCreate[]): NewTask[] {
  const tasks = bodies.map((body) => ({ ...defaults(body), id: rules.ids.next() }))
  throwIfAny(
    tasks.flatMap((task, index) =>
      [...checkNewTask(rules, task), ...checkKeyAmong(tasks, index)].map(({ path, message }) => ({
        path: `/tasks/${index}${path}`,
        message,
      })),
    ),
  )
  return tasks
}

/**
 * Converts schedule fields of a request to a schedule as it would be stored.
 * @throws ApiError 400 for an incomplete or contradictory schedule
 */
export function toSchedule(body: ScheduleFields) {
  const schedule = scheduleDefaults(body)
  throwIfAny([...checkSchedule({ ...schedule, spread_seconds: body.spread_seconds ?? 0 }), ...checkNewEnd(schedule)])
  return schedule
}

/**
 * Returns the hashes by which two creates are recognized as equal: SHA-256 of the fields with defaults, without the new id.
 * With a secret header or URL they are keyed, one for each encryption key, so that a stored hash cannot be used to guess the header.
 */
export function hashesOfNewTask(secrets: Secrets, task: NewTask): Buffer[] {
  return hashesOf(secrets, [task], JSON.stringify(hashedFields(task)))
}

/** Like `hashesOfNewTask`, for a bulk create. The order of the tasks is part of the hash. */
export function hashesOfBulk(secrets: Secrets, tasks: readonly NewTask[]): Buffer[] {
  return hashesOf(secrets, tasks, `bulk ${JSON.stringify(tasks.map(hashedFields))}`)
}

/** Returns the fields of a task that are hashed. They are equal for two creates of the same task. */
function hashedFields(task: NewTask) {
  const inOrder = { header: sorted(task.header), labels: sorted(task.labels) }
  const hashed = fieldEntries.filter(
    ([name, field]) => field.isHashedAtDefault || !Bun.deepEquals(task[name], field.default),
  )
  return Object.fromEntries(hashed.map(([name]) => [name, { ...task, ...inOrder }[name]]))
}

/** Returns an object with its members in the order of their names. */
const sorted = (members: object) =>
  Object.fromEntries(Object.entries(members).sort(([one], [other]) => (one < other ? -1 : 1)))

/** Returns the SHA-256 of `text`, which describes tasks; keyed hashes if a task has a secret header or URL. */
function hashesOf(secrets: Secrets, tasks: readonly NewTask[], text: string): Buffer[] {
  return tasks.some((task) => task.secret_url || Object.keys(task.header).some((name) => secrets.names.has(name)))
    ? secrets.hashes(text)
    : [new Bun.CryptoHasher('sha256').update(text).digest()]
}

/**
 * Converts the body of an update, which the schema has validated, to a change and the condition under which it applies.
 * @param ifMatch the If-Match header
 * @throws ApiError 400 for errors that the schema cannot find
 */
export function toChange(
  rules: TaskRules,
  body: TaskUpdate,
  serviceId: string,
  taskId: string,
  ifMatch: string | undefined,
): ConditionalChange {
  const { id, service_id, starts_at, runs_left, created_at, updated_at, header, url, secret_url, ...fields } = body
  const change: TaskChange = normalCron(fields)
  if (change.method !== undefined) change.method = change.method.toUpperCase()
  if (change.scheduled_at) change.scheduled_at = normalTime(change.scheduled_at)
  if (change.ends_at) change.ends_at = normalTime(change.ends_at)
  if (change.paused_until) change.paused_until = normalTime(change.paused_until)
  throwIfAny([
    ...checkOwner(body, serviceId, taskId),
    ...(url === undefined ? [] : checkTarget(rules.policy, url, change.tls_profile)),
    ...checkUrlChange(rules.secrets, { url, secret_url }),
    ...checkHeaders(rules, header ?? {}, false),
    ...checkValues(change),
    ...checkScheduleChange(change),
  ])
  const sealed = header && rules.secrets.seal({ service_id: serviceId, task_id: taskId }, header)
  const target = toUrlChange(rules.secrets, { url, secret_url }, placeOf('task', serviceId, taskId))
  return {
    change: { ...change, ...(sealed ? { header: sealed } : {}), ...(target ? { target } : {}) },
    condition: readCondition(body, ifMatch),
  }
}

/** Like `toChange`, for the body of a PUT: a change of every field. */
export function toReplacement(
  rules: TaskRules,
  body: TaskCreate & TaskUpdate,
  serviceId: string,
  taskId: string,
  ifMatch: string | undefined,
): ConditionalChange {
  const { header, scheduled_at, url, secret_url, ...plain } = defaults(body)
  // A run-once task that has run is returned like this, and may be sent back.
  const hasRunOnce =
    body.scheduled_at === null && plain.status === 'disabled' && kindOf(plain) === 'once' && plain.time_zone === null
  // Without a time, an unchanged schedule keeps its next run: a repeated PUT must not skip a slot.
  const change = scheduled_at === null && !hasRunOnce ? plain : { ...plain, scheduled_at }
  throwIfAny([
    ...checkOwner(body, serviceId, taskId),
    ...checkTarget(rules.policy, url, change.tls_profile),
    ...checkUrlChange(rules.secrets, { url, secret_url }),
    ...checkHeaders(rules, header, false),
    ...checkValues(change),
    ...(hasRunOnce ? [] : checkSchedule(change)),
  ])
  const sealed = rules.secrets.seal({ service_id: serviceId, task_id: taskId }, header)
  const target = toUrlChange(rules.secrets, { url, secret_url }, placeOf('task', serviceId, taskId)) as UrlChange
  return { change: { ...change, header: sealed, target }, condition: readCondition(body, ifMatch), isReplacement: true }
}

/** Returns the fields of a create body as they are stored, with defaults for those that are missing. */
export function defaults(body: TaskCreate): FieldValues {
  const values = fieldEntries.map(([name, field]) => [name, body[name] ?? field.default])
  const paused_until = body.paused_until ? normalTime(body.paused_until) : null
  return { ...Object.fromEntries(values), method: body.method.toUpperCase(), ...scheduleDefaults(body), paused_until }
}

/** Returns the schedule fields of a request as they are stored. */
function scheduleDefaults(body: ScheduleFields) {
  const { cron = null, time_zone = null } = normalCron(body)
  return {
    scheduled_at: body.scheduled_at ? normalTime(body.scheduled_at) : null,
    frequency: body.frequency ?? null,
    unit: body.unit ?? null,
    cron,
    time_zone: kindOf(body) === 'cron' ? (time_zone ?? 'UTC') : time_zone,
    ends_at: body.ends_at ? normalTime(body.ends_at) : null,
    max_runs: body.max_runs ?? null,
  }
}

/** Returns a time as RFC 3339 in UTC. The schema has validated it, so it can be parsed. */
const normalTime = (text: string) => parseTime(text) as string

/** Returns the condition of an update: the version in If-Match, and the read-only times in the body. */
function readCondition({ created_at, updated_at }: TaskUpdate, ifMatch: string | undefined): TaskCondition {
  return {
    ...(created_at ? { created_at: normalTime(created_at) } : {}),
    ...(updated_at ? { updated_at: normalTime(updated_at) } : {}),
    ...readIfMatch(ifMatch),
  }
}

/** Checks a new task for what the schema cannot: target, headers and schedule. */
export function checkNewTask(rules: TaskRules, task: FieldValues): FieldError[] {
  const errors = [...checkNewUrl(rules.secrets, task), ...checkWholeTask(rules, task, true)]
  return [...errors, ...checkNewEnd(task), ...checkNewPause(task, rules.ids.clock.now())]
}

/**
 * Checks all fields of a task for what the schema cannot, except whether its URL can be stored.
 * @param isNew whether the task is new, so that no secret value is stored yet
 */
export function checkWholeTask(rules: TaskRules, task: FieldValues, isNew: boolean): FieldError[] {
  return [
    ...checkTarget(rules.policy, task.url, task.tls_profile),
    ...checkHeaders(rules, task.header, isNew),
    ...checkValues(task),
    ...checkSchedule(task),
  ]
}

/** Checks that no earlier task of a request has the key of the task at `index`. */
function checkKeyAmong(tasks: readonly NewTask[], index: number): FieldError[] {
  const key = tasks[index]?.key ?? null
  const first = key === null ? index : tasks.findIndex((task) => task.key === key)
  return first < index ? [{ path: '/key', message: `is also the key of /tasks/${first}; each task needs its own` }] : []
}

/** Checks the values of the fields that describe a check of their own. */
function checkValues(values: Partial<Omit<FieldValues, 'method'>> & { readonly method?: string }): FieldError[] {
  const errors = fieldEntries.flatMap(([name, { check }]) => {
    const value = values[name]
    if (check === undefined || value === undefined || value === null) return []
    return check(value as never).map(({ path, message }) => ({ path: `/${name}${path}`, message }))
  })
  return errors.length > 0 ? errors : [...checkExpectOfMethod(values)]
}

/** Checks the request headers of a task. @param isNew whether the task is new, so that no secret value is stored yet */
function checkHeaders({ secrets }: TaskRules, header: Readonly<Record<string, string>>, isNew: boolean): FieldError[] {
  const errors = checkHeader(header)
  return errors.length > 0 ? errors : secrets.check(header, isNew)
}

/** Checks a target without resolving its host name; the addresses are checked at each call. */
function checkTarget(policy: OutboundPolicy, url: string, profile: string | null | undefined): FieldError[] {
  const reason = policy.blockReasonForUrl(new URL(url))
  if (reason) return [{ path: '/url', message: `is refused by the outbound policy: ${reason}` }]
  return checkProfileUrl(url, profile)
}

/** Throws ApiError 400 if there are errors. */
function throwIfAny(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(errors)
}
