import type { Sql } from '../database/sql.ts'
import type { Caller } from '../http/caller.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { SealedError } from '../secrets/secrets.ts'
import { type ChannelRules, checkGiven } from './check.ts'
import { nameTaken, shownOfAddresses, shownOfUrl, type WrittenChannel } from './create.ts'
import type { ChannelUpdate } from './model.ts'
import {
  type ChannelAddress,
  maxSecrets,
  openAddress,
  rotateSecret,
  type SealedChannel,
  sealAddress,
} from './opened-channel.ts'
import { readSealed } from './queries.ts'
import { updateChannel } from './update.ts'

/** How often a change or a delete is made again whose channel was changed in between. */
export const attempts = 5

/** 409 for a channel that was changed in between each time. */
export const changedMeanwhile = () =>
  new ApiError(409, 'The channel was changed by other requests at the same moment. Nothing was changed; send it again.')

/**
 * Changes a channel.
 * @returns undefined when the service has none with this id
 * @throws ApiError 400 for what the schema cannot find, 409 for a name that is taken and for a secret that cannot be rotated
 */
export async function changeChannel(
  sql: Sql,
  rules: ChannelRules,
  caller: Caller,
  id: string,
  body: ChannelUpdate,
): Promise<WrittenChannel | undefined> {
  const { name, addresses, enabled } = body
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const stored = await readSealed(sql, caller.serviceId, id)
    if (!stored) return undefined
    const errors = checkGiven(rules, stored.kind, body)
    if (body.rotate_secret && stored.kind !== 'webhook')
      errors.push({
        path: '/rotate_secret',
        message: `is only for webhooks: a channel of the kind ${stored.kind} has no secret`,
      })
    if (errors.length > 0) throw invalid(errors)
    const { address, secrets } = toAddress(rules, stored, body)
    const change = {
      ...{ name, addresses, enabled, secrets },
      shown: body.url ? shownOfUrl(body.url) : addresses && shownOfAddresses(addresses),
      sealed: address && sealAddress(rules.secrets, stored.service_id, stored.id, address),
    }
    const changed = await updateChannel(sql, caller, stored, change).catch(asTaken)
    if (!changed) continue
    const secret = secrets.includes('secret') ? address?.secrets?.[0]?.secret : undefined
    return secret === undefined ? changed : { ...changed, secret }
  }
  throw changedMeanwhile()
}

/** Returns the new address of a channel, and the names of what is new in it; no address if nothing is. */
function toAddress(
  { secrets: sealing }: ChannelRules,
  stored: SealedChannel,
  { url, rotate_secret }: ChannelUpdate,
): { address?: ChannelAddress; secrets: string[] } {
  if (stored.sealed === null || (url === undefined && !rotate_secret)) return { secrets: [] }
  const replacesAll = url !== undefined && (rotate_secret || stored.kind === 'slack')
  const known = open(sealing, stored, stored.sealed, replacesAll ? url : undefined)
  const secrets = [...(url === undefined || url === known.url ? [] : ['url']), ...(rotate_secret ? ['secret'] : [])]
  if (secrets.length === 0) return { secrets }
  const moved = { ...known, url: url ?? known.url }
  const address = rotate_secret ? rotateSecret(moved, Date.now()) : moved
  if (address) return { address, secrets }
  throw new ApiError(
    409,
    `${maxSecrets} secrets of this webhook sign already, because one that was replaced signs for 24 hours more. Wait until one has ended, or create another channel.`,
  )
}

/**
 * Opens the stored address.
 * @param instead the URL to go on with if it cannot be opened
 * @throws ApiError 409 if it cannot be opened, and there is no other
 */
function open(
  sealing: ChannelRules['secrets'],
  { service_id, id }: SealedChannel,
  sealed: string,
  instead?: string,
): ChannelAddress {
  try {
    return openAddress(sealing, service_id, id, sealed)
  } catch (error) {
    if (!(error instanceof SealedError)) throw error
    if (instead !== undefined) return { url: '' }
    throw new ApiError(409, `${error.message}. To set both anew, send url, and of a webhook rotate_secret: true.`)
  }
}

/** Converts the violation of the unique name. */
function asTaken(error: unknown): never {
  throw (error as { constraint_name?: string }).constraint_name === 'channel_name_unique' ? nameTaken() : error
}
