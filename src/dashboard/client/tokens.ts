import type { NewToken, OwnToken, Token, TokenCreate } from '../../services/token-model.ts'
import type { CursorPage } from './alerts.ts'
import { type Change, listChanges, query, send } from './api.ts'

export type { NewToken, OwnToken, Token, TokenCreate }

const pageLimit = 1000
/** So many of the newest changes are searched for who made a token. */
const changesAtMost = 100

/** Lists the tokens of the service, newest first, without its first one. */
export async function listTokens(signal: AbortSignal): Promise<readonly Token[]> {
  return (await send<CursorPage<Token>>('GET', `/tokens?${query({ limit: pageLimit })}`, { signal })).body.records
}

/** Reads a token. @throws ApiError, 404 if there is none */
export async function readToken(id: string, signal: AbortSignal): Promise<Token> {
  return (await send<Token>('GET', `/tokens/${encodeURIComponent(id)}`, { signal })).body
}

/** Reads the token that the reader is signed in with. */
export async function readOwnToken(signal: AbortSignal): Promise<OwnToken> {
  return (await send<OwnToken>('GET', '/token', { signal })).body
}

/** Lists by whom tokens were created, as far as that is kept. */
export async function listTokenMakers(signal: AbortSignal): Promise<readonly Change[]> {
  return (await listChanges(undefined, { page: 1, count: changesAtMost, action: 'token_created' }, signal)).records
}

/**
 * Creates a token. The answer is the only one that has it.
 * @throws ApiError, 400 with an error for each invalid field, 403 for a scope that the token of the reader has not, 409 if the name is taken
 */
export async function createToken(body: TokenCreate): Promise<NewToken> {
  const doubt =
    'Duly did not answer: the token may have been created, and then nobody has it. If it is in the list, delete it and create it again.'
  return (await send<NewToken>('POST', '/tokens', { body, doubt })).body
}

/** Deletes a token. @throws ApiError, 404 if there is none */
export async function deleteToken(id: string): Promise<void> {
  await send('DELETE', `/tokens/${encodeURIComponent(id)}`)
}
