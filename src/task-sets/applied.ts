import type { Secrets } from '../secrets/secrets.ts'
import type { FieldName, FieldValues } from '../task-fields/fields.ts'
import { withoutPastPause } from '../tasks/pause-change.ts'
import type { Applied, CandidateTask } from './read-set.ts'
import { sameSchedule } from './same-schedule.ts'
import { hashesOf, hashOf, isComparable, urlName } from './secret-values.ts'
import { scheduleFields, type Wanted } from './wanted.ts'

/**
 * Returns what an apply records of a task.
 * @param stored its fields as they are stored then
 * @param opened its secret values
 */
export function toApplied(
  secrets: Secrets,
  { values, owned, movedFrom }: Wanted,
  stored: FieldValues,
  opened: ReadonlyMap<string, string>,
): Applied {
  const entries = [...owned].map((name) => [name, scheduleFields.includes(name) ? values[name] : stored[name]])
  const isOwned = (name: string) => owned.has(name === urlName ? 'url' : 'header')
  const hashed = [...opened].filter(([name]) => isOwned(name)).map(([name, value]) => [name, hashOf(secrets, value)])
  return {
    fields: Object.fromEntries(entries),
    secrets: Object.fromEntries(hashed),
    ...(movedFrom === undefined ? {} : { moved_from: movedFrom }),
  }
}

/** Whether two records of what was applied say the same. A hash under an earlier key counts as the same. */
export function isSameApplied(
  secrets: Secrets,
  one: Applied,
  other: Applied,
  opened: ReadonlyMap<string, string>,
): boolean {
  const names = Object.keys(one.secrets)
  return (
    one.moved_from === other.moved_from &&
    Bun.deepEquals(one.fields, other.fields) &&
    Bun.deepEquals(names.toSorted(), Object.keys(other.secrets).toSorted()) &&
    names.every((name) => hashesOf(secrets, opened.get(name) ?? '').includes(other.secrets[name] ?? ''))
  )
}

/** A member, as far as it says whether somebody has changed its task. */
interface Member {
  readonly applied: Applied | null
  readonly applied_version: number | null
  readonly task: CandidateTask
}

/**
 * Returns the fields of a task that the set owns and somebody has changed since the last apply.
 * @param now the database's time, in ms
 */
export function driftOf(
  secrets: Secrets,
  { applied, applied_version, task }: Member,
  opened: () => ReadonlyMap<string, string>,
  now: number,
): ReadonlySet<FieldName> {
  if (applied === null || task.version === applied_version) return new Set()
  const fields = withoutPastPause(applied.fields, now)
  const isOtherSchedule = !sameSchedule(fields as FieldValues, task, now)
  const names = Object.keys(fields) as FieldName[]
  return new Set(
    names.filter((name) => {
      if (name === 'scheduled_at') return isOtherSchedule && fields.scheduled_at !== null
      if (scheduleFields.includes(name)) return isOtherSchedule && fields[name] !== task[name]
      if (!Bun.deepEquals(fields[name], task[name])) return true
      if (name !== 'header' && name !== 'url') return false
      return Object.entries(applied.secrets).some(
        ([secret, hash]) =>
          (secret === urlName) === (name === 'url') &&
          isComparable(secrets, hash) &&
          !hashesOf(secrets, opened().get(secret) ?? '').includes(hash),
      )
    }),
  )
}
