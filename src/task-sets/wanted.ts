import type { FieldError } from '../formats/field-error.ts'
import { escapePointer } from '../formats/json-pointer.ts'
import { kindOf } from '../schedule/kind.ts'
import { type FieldName, type FieldValues, fieldNames } from '../task-fields/fields.ts'
import { defaults } from '../tasks/input.ts'
import type { SetTask } from './model.ts'

/** The fields that together say when a task runs. A file states all of them. */
export const scheduleFields: readonly FieldName[] = ['scheduled_at', 'frequency', 'unit', 'cron', 'time_zone']

/** A task of the file. */
export interface Wanted {
  readonly key: string
  /** Its fields as they are stored, with defaults for those that the file leaves out. */
  readonly values: FieldValues
  /** The names of the fields that the file states, which the set therefore owns. */
  readonly owned: ReadonlySet<FieldName>
  /** Its earlier key by `moved`. */
  readonly movedFrom: string | undefined
}

/** Returns the path of a task in a request: `/tasks/reports~1nightly`. */
export const pathOf = (key: string) => `/tasks/${escapePointer(key)}`

/** Converts a task of a request, which the schema has validated. */
export function toWanted(key: string, task: SetTask, movedFrom: string | undefined): Wanted {
  const values = defaults({ ...task, key, name: task.name ?? key })
  const isOwned = (name: FieldName) =>
    name === 'key' ||
    scheduleFields.includes(name) ||
    // A file that states the status says with it whether a pause has an end.
    (task as Partial<FieldValues>)[name === 'paused_until' && task.paused_until === undefined ? 'status' : name] !==
      undefined
  return { key, values, owned: new Set(fieldNames.filter(isOwned)), movedFrom }
}

/** Returns the error of a time for a task that repeats: a file that is applied again must not move the next time. */
export function checkTime({ values }: Wanted): FieldError[] {
  if (values.scheduled_at === null || kindOf(values) === 'once') return []
  return [
    {
      path: '/scheduled_at',
      message: 'is only for a task that runs once: the times of one that repeats are counted from its first apply',
    },
  ]
}
