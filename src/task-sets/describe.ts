import { mask } from '../formats/secret-mask.ts'
import { isBareReference } from '../secrets/references.ts'
import { maskUrl } from '../secrets/secret-url.ts'
import type { Secrets } from '../secrets/secrets.ts'
import type { FieldName, FieldValues } from '../task-fields/fields.ts'
import { fieldEntries } from '../task-fields/fields.ts'
import { warningsOf } from '../tasks/warnings.ts'
import { type Action, actions, type Change, type Plan, type Refusal, type SetPlan } from './model.ts'
import type { Match, Step } from './plan.ts'
import { hashOf, urlName } from './secret-values.ts'

/** What the digest of a plan covers besides what the plan shows. */
interface Hidden {
  readonly key: string
  /** Hashes of the secret values that are set. */
  readonly secrets: readonly string[]
}

/** Returns what an apply would change, for people and programs. No secret value is in it. */
export function describe(
  secrets: Secrets,
  set: string,
  request: SetPlan,
  stored: { readonly revision: number; readonly members: number },
  steps: readonly Step[],
): Plan {
  const described = steps.map((step) => describeStep(secrets, step))
  const changes = described.map(({ change }) => change).toSorted((one, other) => (one.key < other.key ? -1 : 1))
  const summary = Object.fromEntries(actions.map((action) => [action, 0])) as Record<Action, number>
  for (const { action } of changes) summary[action as Action]++
  const refused = refusals(request, summary, stored.members)
  const { revision } = stored
  const hidden: Hidden[] = described.flatMap(({ change: { key }, hashes }) =>
    hashes.length > 0 ? [{ key, secrets: hashes }] : [],
  )
  const { max_deletes: _, tasks, ...options } = request
  const owned = Object.entries(tasks).map(([key, task]) => [key, Object.keys(task).toSorted()])
  const covered = JSON.stringify([set, revision, changes, hidden, options, owned])
  const digest = new Bun.CryptoHasher('sha256').update(covered).digest('hex')
  return { set, revision, digest, changes, refused, warnings: warnings(steps), summary }
}

/** What is probably a mistake in tasks that are created or changed. */
const warnings = (steps: readonly Step[]): Plan['warnings'] =>
  steps.flatMap((step) => {
    const isWritten = step.kind === 'create' || (step.kind === 'match' && step.compared.changed.length > 0)
    if (!isWritten) return []
    const { key, values } = step.wanted
    return warningsOf(values).map((message) => ({ key, message }))
  })

function refusals(
  { tasks, allow_empty = false, max_deletes }: SetPlan,
  summary: Readonly<Record<Action, number>>,
  members: number,
): Refusal[] {
  const { conflict, delete: deleted, pause: paused } = summary
  const refused: Refusal[] = []
  if (conflict > 0)
    refused.push({
      code: 'conflicts',
      message: `${conflict} ${conflict === 1 ? 'task is a conflict' : 'tasks are conflicts'}: the reason stands at each.`,
    })
  if (Object.keys(tasks).length === 0 && members > 0 && !allow_empty)
    refused.push({
      code: 'empty',
      message: `There are no tasks, and the set has ${members}. Allow it explicitly (allow_empty) if that is meant.`,
    })
  const allowed = max_deletes ?? Math.max(3, Math.floor(members / 5))
  const ended = deleted + paused
  if (ended > allowed)
    refused.push({
      code: 'too_many_deletes',
      message: `${ended} of ${members} tasks would be ${paused > 0 ? 'paused' : 'deleted'}, and ${allowed} are allowed. Allow them with max_deletes: ${ended}.`,
    })
  return refused
}

/** The hashes are those of the secret values that a step sets. */
function describeStep(secrets: Secrets, step: Step): { change: Change; hashes: readonly string[] } {
  switch (step.kind) {
    case 'conflict': {
      const { key, values } = step.wanted
      return {
        change: changeOf(key, 'conflict', { task_id: step.taskId, name: values.name, reason: step.reason }),
        hashes: [],
      }
    }
    case 'leftover': {
      const { candidate, action, key } = step
      const { status, paused_until = null } = candidate.task ?? {}
      const pause: Change['fields'] = {
        ...(status === 'paused' ? {} : { status: { before: status, after: 'paused', drift: false } }),
        ...(paused_until === null ? {} : { paused_until: { before: paused_until, after: null, drift: false } }),
      }
      const fields = action === 'pause' ? pause : {}
      const name = candidate.task?.name ?? ''
      return { change: changeOf(key, action, { task_id: candidate.task_id, name, fields }), hashes: [] }
    }
    case 'create': {
      const { key, values, owned } = step.wanted
      const shown = masked(secrets, values)
      const isNull = (name: FieldName) => shown[name] === null || !(owned.has(name) || name === 'name')
      const names = fieldEntries.map(([name]) => name).filter((name) => name !== 'key' && !isNull(name))
      const fields = Object.fromEntries(names.map((name) => [name, { before: null, after: shown[name], drift: false }]))
      const set = secretValues(secrets, values)
      const reason = step.deleted ? 'It was deleted by hand, and is created again.' : null
      const change = changeOf(key, 'create', { name: values.name, fields, secrets: [...set.keys()], reason })
      return { change, hashes: [...set].map(([name, value]) => `${name} ${hashOf(secrets, value)}`) }
    }
    case 'match':
      return describeMatch(secrets, step)
  }
}

function describeMatch(secrets: Secrets, { how, wanted, compared, from }: Match) {
  const { stored, after, changed, drift, newSecrets, opened } = compared
  const fields = Object.fromEntries(
    changed
      .filter((name) => name !== 'key' || how === 'member')
      .map((name) => [name, { before: stored[name], after: after[name], drift: drift.has(name) }]),
  )
  const action = how !== 'member' ? how : changed.length > 0 ? 'update' : 'unchanged'
  const change = changeOf(wanted.key, action, {
    ...{ task_id: stored.id, name: after.name, fields, secrets: newSecrets },
    from: how === 'move' ? from : null,
  })
  return { change, hashes: newSecrets.map((name) => `${name} ${hashOf(secrets, opened.get(name) ?? '')}`) }
}

type More = Omit<Partial<Change>, 'secrets'> & { readonly secrets?: readonly string[] }

const changeOf = (key: string, action: Action, more: More): Change => ({
  ...{ key, action, from: null, task_id: null, name: '', fields: {}, reason: null },
  ...more,
  secrets: [...(more.secrets ?? [])],
})

/** Returns the secret values of a new task: of headers by name in lower case, and a secret URL. */
export function secretValues(secrets: Secrets, { header, url, secret_url }: FieldValues): Map<string, string> {
  const secret = Object.entries<string>(header).filter(
    ([name, value]) => secrets.names.has(name) && !isBareReference(value),
  )
  const values = secret.map(([name, value]): [string, string] => [name.toLowerCase(), value])
  return new Map(secret_url ? [...values, [urlName, url]] : values)
}

/** Returns the fields of a new task with secret values masked. */
function masked(secrets: Secrets, values: FieldValues): FieldValues {
  const secret = secretValues(secrets, values)
  const header = Object.fromEntries(
    Object.entries<string>(values.header).map(([name, value]) => [name, secret.has(name.toLowerCase()) ? mask : value]),
  )
  return { ...values, header, url: values.secret_url ? maskUrl(values.url) : values.url }
}
