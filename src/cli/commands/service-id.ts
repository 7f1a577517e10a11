import { isUuid } from '../../formats/uuid.ts'
import { CommandError, UsageError } from '../command-error.ts'
import { printable } from '../printable.ts'

/** The error for an id that no service has. */
export const noSuchService = (id: string) =>
  new CommandError(`There is no service ${id}: duly service list shows them.`)

/** @throws UsageError for what is no id of a service */
export function requireId(id: string): void {
  if (!isUuid(id))
    throw new UsageError(`${printable(id)} is not a service id: it must be a UUID, as duly service list shows it.`)
}
