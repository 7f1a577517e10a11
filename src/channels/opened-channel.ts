import { placeOf } from '../secrets/sealed-columns.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { createSecret } from '../signing/sign.ts'
import type { ChannelKind } from './model.ts'

/** How long the secret of a webhook goes on signing after a rotation, in ms. */
const overlapMs = 86_400_000
/** The most secrets that sign a request at once. */
export const maxSecrets = 10

/** A secret of a webhook. */
interface WebhookSecret {
  /** `whsec_` and the key in base64. */
  readonly secret: string
  /** Until when it signs, in ms since 1970; null for the newest one. */
  readonly until: number | null
}

/** What `channel.sealed` contains, as JSON. */
export interface ChannelAddress {
  readonly url: string
  /** Of a webhook, newest first. */
  readonly secrets?: readonly WebhookSecret[]
}

/** A channel as messages are sent to it. It is secret: neither an error nor a log may show its URL or a secret. */
export interface OpenedChannel {
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  /** Of webhook and slack. */
  readonly url?: string
  /** Of a webhook: the secrets that sign, newest first. */
  readonly secrets?: readonly string[]
  /** Of e-mail. */
  readonly addresses?: readonly string[]
}

/** A channel as it is stored. */
export interface SealedChannel {
  readonly service_id: string
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  readonly sealed: string | null
  readonly addresses: readonly string[] | null
}

/** Returns the address of a new channel. A webhook gets a secret. */
export const newAddress = (kind: ChannelKind, url: string): ChannelAddress =>
  kind === 'webhook' ? { url, secrets: [{ secret: createSecret(), until: null }] } : { url }

/**
 * Gives a webhook a new secret. The one before goes on signing for 24 h, and those before it as long as they would have.
 * @param now ms since 1970
 * @returns undefined when as many secrets sign as may
 */
export function rotateSecret(address: ChannelAddress, now: number): ChannelAddress | undefined {
  const old = (address.secrets ?? [])
    .map(({ secret, until }) => ({ secret, until: until ?? now + overlapMs }))
    .filter(({ until }) => until > now)
  if (old.length >= maxSecrets) return undefined
  return { ...address, secrets: [{ secret: createSecret(), until: null }, ...old] }
}

/** Seals the address of a channel. @throws SealedError without a key */
export const sealAddress = (secrets: Secrets, serviceId: string, id: string, address: ChannelAddress): string =>
  secrets.sealText(placeOf('channel', serviceId, id), JSON.stringify(address))

/** Opens what `sealAddress` has sealed. @throws SealedError */
export const openAddress = (secrets: Secrets, serviceId: string, id: string, sealed: string): ChannelAddress =>
  JSON.parse(secrets.openText(placeOf('channel', serviceId, id), sealed, 'the URL of the channel'))

/**
 * Opens a channel, so that a message can be sent to it.
 * @param now ms since 1970
 * @throws SealedError
 */
export function openChannel(secrets: Secrets, channel: SealedChannel, now = Date.now()): OpenedChannel {
  const { service_id, id, name, kind, sealed, addresses } = channel
  if (sealed === null) return { id, name, kind, addresses: addresses ?? [] }
  const { url, secrets: stored } = openAddress(secrets, service_id, id, sealed)
  if (stored === undefined) return { id, name, kind, url }
  const signing = stored.filter(({ until }) => until === null || until > now)
  return { id, name, kind, url, secrets: signing.map(({ secret }) => secret) }
}
