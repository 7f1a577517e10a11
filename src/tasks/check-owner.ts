import type { FieldError } from '../formats/field-error.ts'
import type { TaskUpdate } from './model.ts'

/** Checks that ids in the body of a change are those of the task. */
export function checkOwner({ id, service_id }: TaskUpdate, serviceId: string, taskId: string): FieldError[] {
  return [...checkUnchanged('/id', id, taskId), ...checkUnchanged('/service_id', service_id, serviceId)]
}

/** Checks that a read-only id, if given, is the stored one, ignoring case. */
function checkUnchanged(path: string, given: string | undefined, stored: string): FieldError[] {
  return given === undefined || given.toLowerCase() === stored.toLowerCase()
    ? []
    : [{ path, message: `cannot be changed; leave it out or send ${stored}` }]
}
