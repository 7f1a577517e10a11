import { Value } from '@sinclair/typebox/value'
import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import type { Caller } from '../http/caller.ts'
import { invalid } from '../http/errors.ts'
import { checkUses } from '../named-secrets/check-uses.ts'
import { referredNames } from '../secrets/references.ts'
import type { SecretUse } from '../secrets/secrets.ts'
import type { FieldValues } from '../task-fields/fields.ts'
import { Key } from '../task-fields/identity.ts'
import { checkCalendars } from '../tasks/calendar-use.ts'
import type { TaskRules } from '../tasks/input.ts'
import { checkProfiles } from '../tls-profiles/uses.ts'
import { describe } from './describe.ts'
import { inSlices } from './in-slices.ts'
import type { Plan, SetPlan } from './model.ts'
import { planSteps, type Step, type Steps } from './plan.ts'
import { readSet } from './read-set.ts'
import { pathOf, toWanted } from './wanted.ts'

/** A plan, and what is to be done for it. */
export interface Planned extends Steps {
  readonly plan: Plan
}

/**
 * Plans what makes the tasks of a set what a request says.
 * @throws ApiError 400 for tasks that cannot be stored
 */
export async function planSet(
  sql: Sql,
  rules: TaskRules,
  caller: Caller,
  name: string,
  request: SetPlan,
): Promise<Planned> {
  throwIfAny([...checkKeys(request), ...checkMoves(request)])
  const sources = new Map(request.moved?.map(({ from, to }) => [to, from]))
  const wanted = await inSlices(Object.entries(request.tasks), ([key, task]) => toWanted(key, task, sources.get(key)))
  const names = request.adopt ? wanted.map(({ values }) => values.name) : []
  const keys = wanted.map(({ key }) => key)
  const stored = await readSet(sql, caller.serviceId, name, keys, names)
  const { steps, gone, errors } = await planSteps(rules, wanted, request, stored)
  throwIfAny(errors.length > 0 ? errors : await referenceErrors(sql, caller.serviceId, steps))
  const members = stored.candidates.filter(({ member_key }) => member_key !== null).length
  const plan = describe(rules.secrets, name, request, { revision: stored.revision, members }, steps)
  return { plan, steps, gone }
}

function throwIfAny(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid(errors)
}

function checkKeys({ tasks }: SetPlan): FieldError[] {
  const wrong = Object.keys(tasks).filter((key) => !Value.Check(Key, key))
  return wrong.map((key) => ({ path: pathOf(key), message: `must have ${Key.description}` }))
}

function checkMoves({ tasks, moved = [] }: SetPlan): FieldError[] {
  return moved.flatMap(({ from, to }, index) => {
    const path = `/moved/${index}`
    if (from === to) return [{ path: `${path}/to`, message: 'must be another key than from' }]
    if (!Object.hasOwn(tasks, to)) return [{ path: `${path}/to`, message: `must be a key of tasks; ${to} is none` }]
    const isTwice = (name: 'from' | 'to') => moved.findIndex((other) => other[name] === moved[index]?.[name]) < index
    return (['from', 'to'] as const)
      .filter(isTwice)
      .map((name) => ({ path: `${path}/${name}`, message: 'stands in moved twice; each key may move once' }))
  })
}

type Written = Pick<
  FieldValues,
  'key' | 'header' | 'tls_profile' | 'cron' | 'time_zone' | 'calendar' | 'calendar_rule'
> & { readonly uses: readonly SecretUse[] }

/** Returns the errors of tasks that are to be written and refer to named secrets, TLS profiles or calendars which do not exist. */
async function referenceErrors(sql: Sql, serviceId: string, steps: readonly Step[]): Promise<FieldError[]> {
  const written = steps.flatMap((step): Written[] => {
    if (step.kind === 'create') return [{ ...step.wanted.values, uses: usesOf(step.wanted.values.header) }]
    const isChanged = step.kind === 'match' && step.compared.changed.length > 0
    return isChanged ? [{ ...step.compared.after, uses: step.compared.uses ?? [] }] : []
  })
  const pathAt = (index: number) => pathOf(written[index]?.key ?? '')
  return [
    ...(await checkUses(sql, serviceId, written, pathAt)),
    ...(await checkProfiles(sql, serviceId, written, pathAt)),
    ...(await checkCalendars(sql, serviceId, written, pathAt)),
  ]
}

const usesOf = (header: Readonly<Record<string, string>>): SecretUse[] =>
  Object.entries(header).flatMap(([name, value]) =>
    referredNames(value).map((secret) => ({ header: name.toLowerCase(), name: secret })),
  )
