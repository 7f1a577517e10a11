import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

/** The kinds of channels. */
export const channelKinds = ['webhook', 'slack', 'email'] as const
/** A kind of channel. */
export type ChannelKind = (typeof channelKinds)[number]

/** Where a service is told of alerts. */
export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  /** What is shown of its address: the origin of a URL, or e-mail addresses. */
  readonly shown: string
  readonly enabled: boolean
  readonly disabled_reason: string | null
  readonly disabled_at: string | null
  readonly last_ok_at: string | null
  readonly last_failed_at: string | null
  readonly last_error: string | null
  readonly created_at: string
  readonly updated_at: string
}

/** A channel that was just created, with the secret of a webhook, which is not returned again. */
type NewChannel = Channel & { readonly secret?: string }

/** What came of a test message. */
export interface TestResult {
  readonly ok: boolean
  readonly status_code: number | null
  readonly error: string | null
  readonly duration_ms: number
}

const pageLimit = 1000
const channelPath = (id: string) => `/channels/${encodeURIComponent(id)}`

/** Lists the channels of the service. */
export async function listChannels(signal: AbortSignal): Promise<readonly Channel[]> {
  const path = `/channels?${query({ limit: pageLimit })}`
  return (await send<CursorPage<Channel>>('GET', path, { signal })).body.records
}

/** Creates a channel. @throws ApiError, 400 with an error for each invalid field */
export async function createChannel(body: object): Promise<NewChannel> {
  return (await send<NewChannel>('POST', '/channels', { body })).body
}

/** Switches a channel on or off. */
export async function enableChannel(id: string, enabled: boolean): Promise<void> {
  await send('POST', channelPath(id), { body: { enabled } })
}

/** Deletes a channel. @throws ApiError, 404 if there is none */
export async function deleteChannel(id: string): Promise<void> {
  await send('DELETE', channelPath(id))
}

/** Sends a test message and waits for what comes of it, 10 s at most. */
export async function testChannel(id: string): Promise<TestResult> {
  return (await send<TestResult>('POST', `${channelPath(id)}/test`)).body
}
