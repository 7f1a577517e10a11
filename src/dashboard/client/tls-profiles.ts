import type { TlsProfile, TlsProfileListed, TlsProfilePut } from '../../tls-profiles/model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

export type { TlsProfile, TlsProfileListed, TlsProfilePut }

/** As many as a service may have. */
const pageLimit = 100
const pathOf = (name: string) => `/tls-profiles/${encodeURIComponent(name)}`

/** Lists the TLS profiles of the service, all of them, without their certificates. */
export async function listTlsProfiles(signal: AbortSignal): Promise<readonly TlsProfileListed[]> {
  const path = `/tls-profiles?${query({ limit: pageLimit })}`
  return (await send<CursorPage<TlsProfileListed>>('GET', path, { signal })).body.records
}

/** Reads a TLS profile, with a mask in place of its key. @throws ApiError, 404 if there is none */
export async function readTlsProfile(name: string, signal?: AbortSignal): Promise<TlsProfile> {
  return (await send<TlsProfile>('GET', pathOf(name), { signal })).body
}

/** Sets a whole TLS profile. @throws ApiError, 400 with an error for each invalid field */
export async function writeTlsProfile(name: string, body: TlsProfilePut): Promise<void> {
  await send('PUT', pathOf(name), { body })
}

/** Deletes a TLS profile. @throws ApiError, 404 if there is none, 409 if tasks use it */
export async function deleteTlsProfile(name: string): Promise<void> {
  await send('DELETE', pathOf(name))
}
