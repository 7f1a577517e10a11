import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import { type RouteScope, scopes } from '../../http/scopes.ts'
import { isOperatorToken, serviceIdIn } from '../../http/token.ts'
import { session } from './session.ts'
import { type OwnToken, readOwnToken } from './tokens.ts'
import { type Polled, usePolling } from './use-polling.ts'

const pollSeconds = 60
/** So long a page waits for what its token may do, in ms, before it is shown as if that were everything. */
const patienceMs = 1_000

/** What was read last, and of which token. */
const learned = signal<{ readonly token: string; readonly own: OwnToken } | undefined>(undefined)
/** The token of the session, or of the one that was lost. */
let last = ''

function currentToken(): string {
  const now = session.value
  if (now.kind === 'in') last = now.token
  return last
}

async function learn(signal: AbortSignal): Promise<OwnToken> {
  const token = currentToken()
  const own = await readOwnToken(signal)
  learned.value = { token, own }
  return own
}

/** The scopes of a token; undefined until they are known. Those of an operator and of the first token of a service are known by its form. */
function scopesOf(token: string): readonly RouteScope[] | undefined {
  if (isOperatorToken(token)) return ['read', 'operator']
  if (serviceIdIn(token) === undefined) return scopes
  return learned.value?.token === token ? learned.value.own.scopes : undefined
}

/**
 * Whether the API lets the reader do what needs a scope: `run` for runs by hand and their end, `write` for all other changes. Until
 * that is known, it counts as allowed: the API refuses it otherwise. Who calls it while drawing is drawn again when it changes.
 */
export const tokenMay = (scope: 'write' | 'run'): boolean => (scopesOf(currentToken()) ?? scopes).includes(scope)

/**
 * Has it read what the token of the session may do, if its form does not tell.
 * @returns whether it is known, or not waited for any more, because the question failed or takes too long
 */
export function useRights(): boolean {
  const isKnown = scopesOf(currentToken()) !== undefined
  const { problem } = usePolling(async (signal) => (isKnown ? undefined : learn(signal)), 'rights')
  const [isPatient, setPatient] = useState(true)
  useEffect(() => {
    const timer = setTimeout(() => setPatient(false), patienceMs)
    return () => clearTimeout(timer)
  }, [])
  return isKnown || problem !== undefined || !isPatient
}

/** The token that the reader is signed in with; at first as it was read before. */
export function useOwnToken(): Polled<OwnToken> {
  const read = usePolling(learn, 'own-token', pollSeconds)
  const before = learned.value
  return read.data || before?.token !== currentToken() ? read : { ...read, data: before.own }
}
