import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { checkUses } from '../named-secrets/check-uses.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { checkProfiles } from '../tls-profiles/uses.ts'
import { hasCalendarChanged } from './calendar-use.ts'
import { type ConditionalChange, hasOtherCondition, type TaskChange } from './change.ts'
import { type CronChange, isWholeSchedule, needsCronTime, resolveCron, withoutCalendar } from './cron-change.ts'
import { checkEnds, setsEnd } from './ends-change.ts'
import { findEqualSecrets } from './equal-secrets.ts'
import { checkPause, endsPause } from './pause-change.ts'
import { findSchedule, type StoredTask } from './queries.ts'
import { checkSpreadChange, needsSpreadCheck } from './spread-change.ts'
import { updateTask } from './update.ts'

/** How often an update is tried if the task is changed concurrently each time. */
const maxTries = 100

/**
 * Changes the given fields of a task. A schedule of one kind replaces one of another kind. If the change may need the next time
 * of a cron pattern, or contains secret headers, it reads the stored ones first. A change to what is stored already changes
 * nothing: neither the version nor the next run.
 * @returns undefined when there is no such task, the condition does not hold, or a masked header has no stored value
 * @throws ApiError 400 for a `time_zone` of a task without `cron`, and for a named secret or a TLS profile that does not exist;
 * 409 for a key that another task has
 */
export async function changeTask(
  sql: Sql,
  caller: Caller,
  id: string,
  conditional: ConditionalChange,
  secrets: Secrets,
): Promise<StoredTask | undefined> {
  const { condition, isReplacement } = conditional
  const change = withoutCalendar(conditional.change)
  const errors = [
    ...(change.header ? await checkUses(sql, caller.serviceId, [change.header], () => '') : []),
    ...(await checkProfiles(sql, caller.serviceId, [change], () => '')),
  ]
  if (errors.length > 0) throw invalid(errors)
  const equal = await findEqualSecrets(sql, secrets, caller.serviceId, id, change)
  const update = (complete: TaskChange, versions: readonly number[] | undefined, cron?: CronChange) =>
    updateTask(
      sql,
      caller,
      id,
      { change: complete, condition: { ...condition, versions }, isReplacement },
      { pattern: secrets.names.pattern, equal },
      cron,
    ).catch((error) => {
      if (hasCalendarChanged(error)) return 'outdated' as const
      throw error
    })
  for (let tries = 0; tries < maxTries; tries++) {
    const [needsTime, needsCheck] = [needsCronTime(change), needsSpreadCheck(change)]
    const isChecked = needsCheck || setsEnd(change) || endsPause(change)
    const stored = needsTime || isChecked ? await findSchedule(sql, caller.serviceId, id) : undefined
    if (needsCheck && stored) checkSpreadChange(change, stored)
    if (stored) checkEnds(change, stored)
    if (stored && endsPause(change)) checkPause(change, stored)
    if (needsTime && !stored) return undefined
    const { change: complete, ...cron } =
      needsTime && stored ? await resolveCron(sql, caller.serviceId, change, stored) : { change }
    const isIndependent = !needsTime || (isWholeSchedule(change) && !cron.keepsTimes)
    // What was checked beside the stored fields is true of these only.
    const versions = stored && isChecked ? versionSeen(condition.versions, stored.version) : condition.versions
    const row = await update(complete, versions, { ...cron, seen: isIndependent ? undefined : stored })
    if (row === 'outdated') continue
    if (row || !stored) return row
    // Without another condition, the schedule was changed concurrently or the task was deleted: read it again.
    const isForOthers = isIndependent || hasOtherCondition(conditional)
    if (isForOthers && !(isChecked && (await findSchedule(sql, caller.serviceId, id))?.version !== stored.version))
      return undefined
  }
  return undefined
}

/** The versions that a task may have: only the one that was seen, unless a condition asks for others. */
const versionSeen = (wanted: readonly number[] | undefined, seen: number): readonly number[] =>
  wanted === undefined || wanted.includes(seen) ? [seen] : wanted
