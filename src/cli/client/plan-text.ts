import { printable, printableJson } from '../printable.ts'
import { taskCount } from '../task-text.ts'
import type { Change, FieldChange, Plan } from './set-plan.ts'

/** The sign and the word of each action, in the order of the summary. */
const actions = {
  create: ['+', 'to create', 'created'],
  update: ['~', 'to update', 'updated'],
  move: ['>', 'to move', 'moved'],
  adopt: ['=', 'to adopt', 'adopted'],
  delete: ['-', 'to delete', 'deleted'],
  pause: ['|', 'to pause', 'paused'],
  conflict: ['!', 'in conflict', 'in conflict'],
  keep: [' ', 'not in the file, kept', 'not in the file, kept'],
  unchanged: [' ', 'unchanged', 'unchanged'],
} as const

/** Longest text of a value, in characters. */
const longest = 160

/** Whether an apply of the plan would change something. */
export const hasChanges = ({ changes }: Plan): boolean => changes.some(({ action }) => isChange(action))

/** Whether an action changes a task or the set. A conflict has to be solved, so it counts. */
const isChange = (action: Change['action']) => action !== 'keep' && action !== 'unchanged'

/** Formats a plan for a person: a block for each task that changes, what refuses it, and the summary. */
export function planText(plan: Plan): string {
  const blocks = plan.changes.filter(({ action }) => action !== 'unchanged').map(changeText)
  const refused = plan.refused.map(({ message }) => `Refused: ${printable(withOptions(message))}`)
  const total = taskCount(plan.changes.length)
  const end = hasChanges(plan) ? `Plan: ${summaryOf(plan, 1)}.` : `No changes: ${summaryOf(plan, 1) || total}.`
  return [`Task set ${printable(plan.set)}, revision ${plan.revision}`, ...blocks, ...refused, end].join('\n\n')
}

/** Returns a sentence of the service with the options of the command line in place of the fields of a request. */
export const withOptions = (message: string): string =>
  message
    .replace(/\bmax_deletes: (\d+)/, '--max-deletes $1')
    .replace(/\ballow_empty\b/, '--allow-empty')
    .replace(/\bwith adopt\b/, 'with --adopt')

/** Says what an apply did, in one line. */
export function appliedText(plan: Plan): string {
  const done = hasChanges(plan) ? `Applied: ${summaryOf(plan, 2)}.` : `Nothing to apply: ${summaryOf(plan, 1)}.`
  return `${done} The task set ${printable(plan.set)} is at revision ${plan.revision}.`
}

/** @param form 1 for what is to be done, 2 for what was done */
function summaryOf({ changes }: Plan, form: 1 | 2): string {
  return Object.entries(actions)
    .flatMap(([action, words]) => {
      const count = changes.filter((change) => change.action === action).length
      return count === 0 ? [] : [`${count} ${words[form]}`]
    })
    .join(', ')
}

function changeText(change: Change): string {
  const { key, action, from, name, reason } = change
  const [sign] = actions[action] ?? ['?']
  const subject = action === 'move' && from ? `${from} → ${key}` : key
  const called = name && name !== key ? ` (${name})` : ''
  const lines = [printable(`${sign} ${action} ${subject}${called}${reason ? `: ${withOptions(reason)}` : ''}`)]
  for (const [field, values] of Object.entries(change.fields)) {
    // Those whose fields are gone with the task itself say nothing.
    if (action !== 'delete') lines.push(...fieldText(field, values, action === 'create'))
  }
  for (const secret of change.secrets)
    lines.push(
      `    ${printable(secret === '/url' ? 'url' : `header.${secret}`)}  the secret value ${action === 'create' ? 'is set' : 'changes'}`,
    )
  return lines.join('\n')
}

/** Formats a field that changes. Headers and labels have a line for each name. */
function fieldText(field: string, { before, after, drift }: FieldChange, isNew: boolean): string[] {
  const byHand = drift ? ' (changed by hand)' : ''
  if ((field === 'header' || field === 'labels') && isObject(after) && (isNew || isObject(before))) {
    const old = isObject(before) ? before : {}
    const names = [...new Set([...Object.keys(old), ...Object.keys(after)])]
    return names.flatMap((name) => {
      const [one, other] = [valueIn(old, name), valueIn(after, name)]
      if (one === other) return []
      return [`    ${printable(`${field}.${name}`)}  ${isNew ? shorten(other ?? 'none') : fromTo(one, other)}${byHand}`]
    })
  }
  const [one, other] = [printableJson(before ?? null), printableJson(after ?? null)]
  return [`    ${printable(field)}  ${isNew ? shorten(other) : fromTo(one, other)}${byHand}`]
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const valueIn = (values: Readonly<Record<string, unknown>>, name: string) =>
  Object.hasOwn(values, name) ? printableJson(values[name]) : undefined

/** Formats what a value was and becomes. Long texts are shortened around the first place in which they differ. */
function fromTo(before = 'none', after = 'none'): string {
  let same = 0
  while (same < before.length && before[same] === after[same]) same++
  const start = before.length <= longest && after.length <= longest ? 0 : Math.max(0, same - 40)
  return `${shorten(before, start)} → ${shorten(after, start)}`
}

/** Returns a part of a text, with what was left out marked by an ellipsis. */
function shorten(text: string, start = 0): string {
  const part = text.slice(start, start + longest)
  return `${start > 0 ? '…' : ''}${part}${start + longest < text.length ? `… (${text.length} characters)` : ''}`
}
