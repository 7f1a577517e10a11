import { isOperatorToken } from '../../http/token.ts'
import { session } from './session.ts'

/** Whether the reader may change something of the service. Until that is known, it counts as allowed: the API refuses it otherwise. */
export function useMayWrite(): boolean {
  const now = session.value
  return !(now.kind === 'in' && isOperatorToken(now.token))
}
