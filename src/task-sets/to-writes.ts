import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { cronNext } from '../schedule/cron-next.ts'
import { hiddenPart } from '../secrets/secret-url.ts'
import { type FoundUse, findCalendarUses } from '../tasks/calendar-use.ts'
import { toSealedTasks } from '../tasks/create.ts'
import type { TaskRules } from '../tasks/input.ts'
import { isSameApplied, toApplied } from './applied.ts'
import { secretValues } from './describe.ts'
import { inSlices } from './in-slices.ts'
import type { Leftover, Match, Steps } from './plan.ts'
import type { CandidateTask } from './read-set.ts'
import { urlName } from './secret-values.ts'
import { pathOf, type Wanted } from './wanted.ts'
import type { ChangedTask, EndedTask, Writes, WrittenMember } from './writes.ts'

/** Whether an apply of a plan changes anything. */
export const isEmpty = ({ created, changed, ended, members, removedKeys }: Writes): boolean =>
  [created, changed, ended, members, removedKeys].every((list) => list.length === 0)

/**
 * Returns what an apply writes: tasks with their secrets sealed and their first times.
 * @throws ApiError 400 for a named secret or a TLS profile that was deleted meanwhile
 */
export async function toWrites(sql: Sql, rules: TaskRules, caller: Caller, { steps, gone }: Steps): Promise<Writes> {
  const { secrets } = rules
  const creations = steps.filter((step) => step.kind === 'create')
  const matches = steps.filter((step) => step.kind === 'match')
  const leftovers = steps.filter((step) => step.kind === 'leftover')
  const deleted = leftovers.filter(({ action }) => action === 'delete')
  const news = creations.map(({ wanted }) => ({ ...wanted.values, id: rules.ids.next() }))
  const changedMatches = matches.filter(({ compared }) => compared.changed.length > 0)
  const paused = leftovers.filter(({ action }) => action === 'pause')
  const useOf = await findCalendarUses(sql, caller.serviceId, [
    ...changedMatches.map(({ compared }) => compared.after),
    ...paused.flatMap(({ candidate }) => candidate.task ?? []),
  ])
  const pathAt = (index: number) => pathOf(creations[index]?.wanted.key ?? '')
  const created = await toSealedTasks(sql, secrets, caller, news, pathAt)
  const isMoved = ({ how }: Match) => how === 'move'
  const members: WrittenMember[] = [
    ...created.map((task, index): WrittenMember => {
      const wanted = creations[index]?.wanted as Wanted
      const values = secretValues(secrets, wanted.values)
      if (values.has(urlName)) values.set(urlName, hiddenPart(wanted.values.url))
      const stored = { ...wanted.values, header: task.header, url: task.url }
      return { key: wanted.key, task_id: task.id, applied: toApplied(secrets, wanted, stored, values), version: null }
    }),
    ...(await inSlices(matches, (match) => memberOf(rules, match))).flat(),
    ...leftovers.flatMap(pausedMember),
  ]
  return {
    created,
    changed: [
      ...changedMatches.map(({ compared }) => toChanged(compared, useOf(compared.after))),
      ...paused.flatMap(({ candidate: { task } }) => (task === null ? [] : toPaused(task, useOf(task)))),
    ],
    ended: deleted.map(({ candidate }) => seen(candidate.task as CandidateTask)),
    members,
    removedKeys: [
      ...gone,
      ...deleted.map(({ key }) => key),
      ...matches.filter(isMoved).flatMap(({ from, wanted }) => [from as string, wanted.key]),
    ],
    uses: [
      ...created.flatMap(({ id, uses }) => uses.map((use) => ({ ...use, task_id: id }))),
      ...changedMatches.flatMap(({ compared: { stored, uses = [] } }) =>
        uses.map((use) => ({ ...use, task_id: stored.id })),
      ),
    ],
    headers: changedMatches.flatMap(({ compared: { stored, uses, retained } }) =>
      uses === undefined ? [] : [{ task_id: stored.id, retained }],
    ),
  }
}

/** What is recorded of a member, if it differs from what is recorded already or its task changes. */
function memberOf({ secrets }: TaskRules, { how, wanted, candidate, compared }: Match): WrittenMember[] {
  const applied = toApplied(secrets, wanted, compared.after, compared.opened)
  const isSame =
    how === 'member' &&
    compared.changed.length === 0 &&
    candidate.applied !== null &&
    isSameApplied(secrets, applied, candidate.applied, compared.opened)
  const version = compared.changed.length > 0 ? null : compared.stored.version
  return isSame ? [] : [{ key: wanted.key, task_id: candidate.task_id, applied, version }]
}

const seen = ({ id, version, secret_header, sealed_url }: CandidateTask): EndedTask => ({
  id,
  seen_version: version,
  seen_secret_header: secret_header,
  seen_sealed_url: sealed_url,
})

/** @param found its calendar; undefined if that was deleted meanwhile, and then the database refuses the apply */
function toChanged(
  { stored, after, changed, countsFrom, hasOtherCalendar }: Match['compared'],
  found: FoundUse | undefined,
): ChangedTask {
  const next =
    countsFrom === null || !found
      ? undefined
      : cronNext(after.cron as string, after.time_zone ?? 'UTC', countsFrom, found.use)
  const isTimed = changed.includes('scheduled_at') || changed.includes('frequency') || changed.includes('cron')
  return {
    ...after,
    ...seen(stored),
    secret_url: after.secret_url || null,
    status: changed.includes('status') ? after.status : null,
    sent_at: isTimed ? after.scheduled_at : null,
    next_at: next === undefined ? null : new Date(next).toISOString(),
    calendar_use: found?.calendar_use ?? '',
    counts_anew: hasOtherCalendar,
  }
}

/** What is recorded of a task that is paused because it is no longer in the file: it is active again when it comes back. */
function pausedMember(step: Leftover): WrittenMember[] {
  const { key, candidate } = step
  if (step.action !== 'pause' || candidate.task === null || candidate.applied === null) return []
  const { fields } = candidate.applied
  const end = fields.paused_until === undefined ? {} : { paused_until: null }
  const applied = { ...candidate.applied, fields: { ...fields, status: 'paused', ...end } }
  const isDrifted = candidate.task.version !== candidate.applied_version
  return [{ key, task_id: candidate.task_id, applied, version: isDrifted ? candidate.applied_version : null }]
}

/** A task that is no longer in the file, and is paused. */
function toPaused(task: CandidateTask, found: FoundUse | undefined): ChangedTask {
  const { secret_header, sealed_url } = task
  const kept = { secret_header, sealed_url, secret_url: task.secret_url || null, sent_at: null, next_at: null }
  const use = { calendar_use: found?.calendar_use ?? '', counts_anew: false }
  return { ...task, ...seen(task), ...kept, ...use, status: 'paused', paused_until: null }
}
