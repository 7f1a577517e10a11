import type { Task } from '../client/api.ts'
import { serverNow } from '../client/server-clock.ts'
import type { Draft } from './form-field.ts'
import { formFields } from './form-fields.ts'
import { copiedRows } from './header-rows.ts'

/** The form of a new task. */
export function newDraft(): Draft {
  return { ...fromFields(({ initial }) => initial), kind: 'every' }
}

/** The form of a stored task. */
export function draftOf(task: Task): Draft {
  return {
    ...fromFields(({ read }) => read(task)),
    kind: task.cron !== null ? 'cron' : task.frequency !== null ? 'every' : 'once',
  }
}

function fromFields(value: (field: (typeof formFields)[keyof typeof formFields]) => unknown): Omit<Draft, 'kind'> {
  const values = Object.entries(formFields).map(([name, field]) => [name, value(field)])
  return Object.fromEntries(values)
}

const copied = ' (copy)'
const nameLength = 200

/**
 * The form of a copy of a task. Not copied are its key, secret values, a next run that is in the past or belongs to a pattern, and
 * the status of a run-once task that has run: its copy is active and has no time.
 */
export function copyOf(task: Task, now = serverNow()): Draft {
  const draft = draftOf(task)
  const { scheduled_at } = task
  const isOver = scheduled_at === null
  const name = [...task.name].slice(0, nameLength - copied.length).join('')
  return {
    ...draft,
    name: `${name}${copied}`,
    header: copiedRows(draft.header),
    // A key belongs to one task, and a secret address is not shown.
    key: '',
    url: task.secret_url ? '' : draft.url,
    scheduled_at: isOver || draft.kind === 'cron' || Date.parse(scheduled_at) <= now ? '' : draft.scheduled_at,
    status: isOver ? 'active' : draft.status,
  }
}
