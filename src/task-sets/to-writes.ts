import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { hiddenPart } from '../secrets/secret-url.ts'
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
      ...changedMatches.map(({ compared }) => toChanged(compared)),
      ...leftovers.flatMap((step) => toPaused(step)),
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

function toChanged({ stored, after, changed, nextAt }: Match['compared']): ChangedTask {
  const isTimed = changed.includes('scheduled_at') || changed.includes('frequency') || changed.includes('cron')
  return {
    ...after,
    ...seen(stored),
    secret_url: after.secret_url || null,
    status: changed.includes('status') ? after.status : null,
    sent_at: isTimed ? after.scheduled_at : null,
    next_at: nextAt,
  }
}

/** What is recorded of a task that is paused because it is no longer in the file: it is active again when it comes back. */
function pausedMember(step: Leftover): WrittenMember[] {
  const { key, candidate } = step
  if (step.action !== 'pause' || candidate.task === null || candidate.applied === null) return []
  const applied = { ...candidate.applied, fields: { ...candidate.applied.fields, status: 'paused' } }
  const isDrifted = candidate.task.version !== candidate.applied_version
  return [{ key, task_id: candidate.task_id, applied, version: isDrifted ? candidate.applied_version : null }]
}

/** A task that is no longer in the file, and is paused. */
function toPaused(step: Leftover): ChangedTask[] {
  const task = step.candidate.task
  if (step.action !== 'pause' || task === null) return []
  const { secret_header, sealed_url } = task
  const kept = { secret_header, sealed_url, secret_url: task.secret_url || null, sent_at: null, next_at: null }
  return [{ ...task, ...seen(task), ...kept, status: 'paused' }]
}
