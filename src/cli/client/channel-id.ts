import { isUuid } from '../../formats/uuid.ts'
import { CommandError } from '../command-error.ts'
import type { Connection } from '../connection.ts'
import { printable } from '../printable.ts'
import { recordsOf } from '../record-pages.ts'
import { isNotFound } from '../task-id.ts'

/** Returns the id of the channel that has this name or id. @throws CommandError when no channel has the name */
export async function channelIdOf(connection: Connection, channel: string): Promise<string> {
  if (isUuid(channel)) return channel.toLowerCase()
  for await (const { id, name } of recordsOf<{ id: string; name: string }>(connection, '/channels'))
    if (name === channel) return id
  throw noSuchChannel(channel)
}

/** Returns the names of the service's channels by their ids. */
export async function channelNames(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>()
  for await (const { id, name } of recordsOf<{ id: string; name: string }>(connection, '/channels')) names.set(id, name)
  return names
}

/** Converts the API's 404 for a channel to an error that names it. @throws */
export const asNoSuchChannel = (channel: string) => (error: unknown) => {
  throw isNotFound(error) ? noSuchChannel(channel) : error
}

const noSuchChannel = (channel: string) =>
  new CommandError(`There is no channel ${printable(channel)}: duly channel list shows them.`)
