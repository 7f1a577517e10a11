import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { type ChannelRules, checkNew } from './check.ts'
import type { Channel, ChannelCreate } from './model.ts'
import { newAddress, sealAddress } from './opened-channel.ts'
import { insertChannel, maxChannels } from './queries.ts'

/** A channel as it was written, with its new secret if it has one. */
export type WrittenChannel = Channel & { readonly secret?: string }

/** 409 for a name that another channel has. */
export const nameTaken = () =>
  new ApiError('channel_name_taken', 'The service has a channel with this name. Choose another name.')

const tooMany = () =>
  new ApiError(
    'too_many_channels',
    `A service may have ${maxChannels} channels, and this one has as many: delete one first.`,
  )

/** What is shown of a URL: scheme, host and port. Its path may be a secret. */
export const shownOfUrl = (url: string): string => new URL(url).origin
/** What is shown of e-mail addresses. */
export const shownOfAddresses = (addresses: readonly string[]): string => addresses.join(', ')

/**
 * Creates a channel.
 * @throws ApiError 400 for what the schema cannot find, 409 for a name that is taken and when there are too many
 */
export async function createChannel(
  sql: Sql,
  rules: ChannelRules,
  caller: Caller,
  body: ChannelCreate,
): Promise<WrittenChannel> {
  const errors = checkNew(rules, body)
  if (errors.length > 0) throw invalid(errors)
  const { name, kind, url, addresses = [], enabled = true } = body
  const id = Bun.randomUUIDv7()
  const address = url === undefined ? undefined : newAddress(kind, url)
  const secret = address?.secrets?.[0]?.secret
  const created = await insertChannel(
    sql,
    caller,
    {
      ...{ id, name, kind, enabled },
      shown: url === undefined ? shownOfAddresses(addresses) : shownOfUrl(url),
      sealed: address ? sealAddress(rules.secrets, caller.serviceId, id, address) : null,
      addresses: address ? null : addresses,
    },
    [...(address ? ['url'] : []), ...(secret ? ['secret'] : [])],
  )
  if (created === 'taken') throw nameTaken()
  if (created === 'full') throw tooMany()
  return secret === undefined ? created : { ...created, secret }
}
