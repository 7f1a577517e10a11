import { isOperatorToken } from '../../http/token.ts'
import { session } from './session.ts'
import { type OwnToken, readOwnToken } from './tokens.ts'
import { type Polled, usePolling } from './use-polling.ts'

const pollSeconds = 60

/** What was read last, and of which token. */
let last: { readonly token: string; readonly own: OwnToken } | undefined

/** The token that the reader is signed in with; at first as another screen has read it. */
export function useOwnToken(): Polled<OwnToken> {
  const now = session.value
  const token = now.kind === 'in' ? now.token : ''
  const read = usePolling(readOwnToken, 'own-token', pollSeconds)
  if (read.data) last = { token, own: read.data }
  return read.data || last?.token !== token ? read : { ...read, data: last.own }
}

/** Whether a token may change something of the service. */
export const mayWrite = ({ scopes }: OwnToken): boolean => scopes.includes('write')

/** Whether the reader may change something of the service. Until that is known, it counts as allowed: the API refuses it otherwise. */
export function useMayWrite(): boolean {
  const { data } = useOwnToken()
  const now = session.value
  return !(now.kind === 'in' && isOperatorToken(now.token)) && (data === undefined || mayWrite(data))
}
