import type { FieldError } from '../formats/field-error.ts'
import { mask } from '../formats/secret-mask.ts'
import { kindOf } from '../schedule/kind.ts'
import { isBareReference } from '../secrets/references.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { hiddenPart, isMaskedUrl, maskUrl } from '../secrets/secret-url.ts'
import { nothingStored, type SealedHeader, type SecretUse, type StoredHeader } from '../secrets/secrets.ts'
import { type FieldName, type FieldValues, fieldEntries } from '../task-fields/fields.ts'
import { hasSameCalendar } from '../tasks/calendar-use.ts'
import { checkWholeTask, type TaskRules } from '../tasks/input.ts'
import { checkSchedule } from '../tasks/schedule-input.ts'
import { sealUrl, toUrlChange, urlChangeFault } from '../tasks/url-change.ts'
import { driftOf } from './applied.ts'
import type { Candidate, CandidateTask } from './read-set.ts'
import { sameSchedule } from './same-schedule.ts'
import { openSecrets, urlName } from './secret-values.ts'
import { scheduleFields, type Wanted } from './wanted.ts'

/** A stored task beside what the file says of it. */
export interface Compared {
  readonly stored: CandidateTask
  /** The task as it is stored after an apply. */
  readonly after: FieldValues & { readonly secret_header: SealedHeader | null; readonly sealed_url: string | null }
  /** Names of the fields that an apply changes. */
  readonly changed: readonly FieldName[]
  readonly drift: ReadonlySet<FieldName>
  /** Names of secret headers in lower case, and `/url`, whose values an apply sets. */
  readonly newSecrets: readonly string[]
  /** Secret values after an apply, by these names. */
  readonly opened: ReadonlyMap<string, string>
  /** References of the new headers to named secrets; undefined if the headers stay. */
  readonly uses: readonly SecretUse[] | undefined
  /** Names, in lower case, of the headers that keep their secret values. */
  readonly retained: readonly string[]
  /** The time from which an apply counts the next slot of a new pattern or calendar, in ms; null if the slots stay. */
  readonly countsFrom: number | null
  /** Whether the calendar of a pattern is another one. */
  readonly hasOtherCalendar: boolean
  readonly errors: readonly FieldError[]
}

const recurrence = ['frequency', 'unit', 'cron', 'time_zone'] as const
const fieldDefaults = new Map(fieldEntries.map(([name, field]) => [name, field.default]))

/**
 * Compares a stored task with what the file says. Fields that the file does not state stay; one that the last apply has set,
 * and nobody since, returns to its default.
 * @param now the database's time, in ms
 */
export function compare(
  rules: TaskRules,
  wanted: Wanted,
  candidate: Candidate & { task: CandidateTask },
  now: number,
): Compared {
  const { secrets } = rules
  const { task: stored, applied } = candidate
  let known: Map<string, string> | undefined
  const storedSecrets = () => {
    known ??= openSecrets(secrets, stored)
    return known
  }
  const drift = driftOf(secrets, candidate, storedSecrets, now)
  const returned = (Object.keys(applied?.fields ?? {}) as FieldName[]).filter(
    (name) => !wanted.owned.has(name) && !drift.has(name) && name !== 'name',
  )
  const pick = (name: FieldName) =>
    wanted.owned.has(name) ? wanted.values[name] : returned.includes(name) ? fieldDefaults.get(name) : stored[name]
  const given = Object.fromEntries(fieldEntries.map(([name]) => [name, pick(name)])) as FieldValues
  // A task disables itself when it has run its last slot. That is no change by hand, and another schedule or end ends it.
  const hasEnded = stored.scheduled_at === null && stored.status === 'disabled'
  const isOnce = kindOf(stored) === 'once'
  // If it ran at another time, which somebody gave it by hand, the time of the file is no reason to run it again.
  const isSameFile =
    hasEnded &&
    isOnce &&
    applied !== null &&
    sameSchedule(wanted.values, { ...(applied.fields as FieldValues), given_at: null }, now)
  // Patterns and zones of the file may be invalid; those that are stored are not.
  const isEqual = recurrence.every((name) => wanted.values[name] === stored[name])
  const isValid = isEqual || checkSchedule(wanted.values).length === 0
  const isSame = isSameFile || (isValid && sameSchedule(wanted.values, stored, now))
  if (isSame) for (const name of scheduleFields) given[name] = stored[name] as never
  // Only patterns have a calendar.
  if (kindOf(given) !== 'cron' && !wanted.owned.has('calendar')) given.calendar = null
  const isSameCalendar = hasSameCalendar(given, stored)
  const endsAlike = given.ends_at === stored.ends_at && given.max_runs === stored.max_runs
  if (hasEnded) given.status = isSame && endsAlike ? stored.status : wanted.values.status
  // The end of a pause goes with it.
  if (given.status !== 'paused') given.paused_until = null
  const header = compareHeader(rules, given, stored, storedSecrets)
  const url = compareUrl(rules, given, wanted, stored, storedSecrets)
  // A task that runs once and has run has no time; its schedule is not checked again.
  const hasRun = isSame && isOnce
  const checked = () =>
    checkWholeTask(rules, hasRun ? { ...given, scheduled_at: wanted.values.scheduled_at } : given, false)
  const after = {
    ...given,
    header: header.shown,
    url: url.url,
    secret_header: header.sealed,
    sealed_url: url.sealed_url,
  }
  const changed = fieldEntries
    .map(([name]) => name)
    .filter((name) => !Bun.deepEquals(after[name], stored[name]) || (name === 'header' && header.newNames.length > 0))
    // The next time of a task that repeats is computed. It is no part of a plan, which would change with each run.
    .filter((name) => name !== 'scheduled_at' || [given, stored].some((one) => kindOf(one) === 'once'))
  const urlIsNew = url.isNew && !changed.includes('url')
  const errors = changed.length > 0 || urlIsNew || !isSame ? checked() : []
  const counts = (!isSame || !isSameCalendar) && kindOf(given) === 'cron' && errors.length === 0
  return {
    stored,
    after,
    changed: urlIsNew ? [...changed, 'url'] : changed,
    drift,
    newSecrets: [...header.newNames, ...(url.isNew ? [urlName] : [])],
    opened: new Map([...header.opened, ...url.opened]),
    uses: changed.includes('header') ? header.uses : undefined,
    retained: header.retained,
    countsFrom: counts ? now : null,
    hasOtherCalendar: !isSameCalendar,
    errors: [...errors, ...header.errors, ...url.errors],
  }
}

/** Seals the headers as they are given, except those whose values are stored already. */
function compareHeader(
  { secrets }: TaskRules,
  { header }: { readonly header: Readonly<Record<string, string>> },
  stored: CandidateTask,
  storedSecrets: () => ReadonlyMap<string, string>,
) {
  if (isStoredHeader(secrets, header, stored, storedSecrets))
    return {
      ...{ shown: stored.header, sealed: stored.secret_header, newNames: [], retained: [], errors: [], uses: [] },
      opened: [...storedSecrets()].filter(([name]) => name !== urlName),
    }
  // Without a key secret headers are refused by checkWholeTask.
  const names = Object.keys(header)
  const canSeal = secrets.canSeal || !names.some((name) => secrets.names.has(name))
  const binding = { service_id: stored.service_id, task_id: stored.id }
  const unsealed: StoredHeader = { header, sealed: {}, retained: [], uses: [] }
  const { header: shown, sealed, retained, uses } = canSeal ? secrets.seal(binding, header) : unsealed
  const values = new Map(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))
  const isEqual = (name: string) => storedSecrets().get(name) === values.get(name)
  const newNames = Object.keys(sealed).filter((name) => !isEqual(name))
  const kept: SealedHeader = stored.secret_header ?? {}
  const missing = names.filter((name) => header[name] === mask && !Object.hasOwn(kept, name.toLowerCase()))
  const all = [...Object.keys(sealed), ...retained].map(
    (name) => [name, newNames.includes(name) ? sealed[name] : kept[name]] as const,
  )
  return {
    shown,
    sealed: all.length === 0 ? null : (Object.fromEntries(all) as SealedHeader),
    newNames,
    retained,
    uses,
    errors: missing.map(nothingStored),
    opened: all.flatMap(([name]): [string, string][] => {
      const value = retained.includes(name) ? storedSecrets().get(name) : values.get(name)
      return value === undefined ? [] : [[name, value]]
    }),
  }
}

/** Whether headers are those that are stored. */
function isStoredHeader(
  { names }: TaskRules['secrets'],
  header: Readonly<Record<string, string>>,
  stored: CandidateTask,
  storedSecrets: () => ReadonlyMap<string, string>,
): boolean {
  const kept: Readonly<Record<string, string>> = stored.header
  const given = Object.entries(header)
  if (given.length !== Object.keys(kept).length) return false
  return given.every(([name, value]) => {
    if (!Object.hasOwn(kept, name)) return false
    const lower = name.toLowerCase()
    if (Object.hasOwn(stored.secret_header ?? {}, lower))
      return kept[name] === mask && (value === mask || storedSecrets().get(lower) === value)
    return kept[name] === value && value !== mask && (!names.has(name) || isBareReference(value))
  })
}

/** Compares the URL, of which a secret one is stored in two parts. */
function compareUrl(
  { secrets }: TaskRules,
  { url, secret_url }: FieldValues,
  { owned }: Wanted,
  stored: CandidateTask,
  storedSecrets: () => ReadonlyMap<string, string>,
) {
  const place = placeOf('task', stored.service_id, stored.id)
  const isStated = owned.has('secret_url') || secret_url !== stored.secret_url
  const change = toUrlChange(secrets, { url, secret_url: isStated ? secret_url : undefined }, place)
  const fault = change && urlChangeFault(change, stored)
  const errors = fault ? [fault] : []
  const kept = storedSecrets().get(urlName)
  const openedOf = (value: string | undefined): [string, string][] => (value === undefined ? [] : [[urlName, value]])
  if (!secret_url) return { url, sealed_url: null, isNew: false, errors, opened: [] }
  const hidden = hiddenPart(url)
  if (isMaskedUrl(url) || (stored.secret_url && hidden === kept && maskUrl(url) === stored.url))
    return { url: stored.url, sealed_url: stored.sealed_url, isNew: false, errors, opened: openedOf(kept) }
  if (!secrets.canSeal) return { url, sealed_url: null, isNew: true, errors, opened: [] }
  return { ...sealUrl(secrets, url, place), isNew: true, errors, opened: openedOf(hidden) }
}
