import type { SigningKey, SigningKeyCreate } from '../../signing/model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

export type { SigningKey }

/** A key that was just created, with its secret, which is not returned again. */
export type NewSigningKey = SigningKey & { readonly secret: string }

const pageLimit = 1000

/** Lists the signing keys of the service, newest first, and those that expired within 30 days. */
export async function listSigningKeys(signal: AbortSignal): Promise<readonly SigningKey[]> {
  return (await send<CursorPage<SigningKey>>('GET', `/signing-keys?${query({ limit: pageLimit })}`, { signal })).body
    .records
}

/**
 * Creates a signing key, with which all requests of its target are signed when this resolves. The answer is the only one that has
 * its secret.
 * @throws ApiError, 400 with an error for each invalid field, 409 if there are too many
 */
export async function createSigningKey(body: SigningKeyCreate): Promise<NewSigningKey> {
  const doubt =
    'Duly did not answer: the key may have been created, and then it signs although nobody has its secret. If it is in the list, expire it before the others do, and create it again.'
  return (await send<NewSigningKey>('POST', '/signing-keys', { body, doubt })).body
}

/** Expires a signing key now. @throws ApiError, 404 if there is none */
export async function expireSigningKey(id: string): Promise<void> {
  await send('DELETE', `/signing-keys/${encodeURIComponent(id)}`)
}
