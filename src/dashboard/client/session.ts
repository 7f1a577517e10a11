import { signal } from '@preact/signals'
import { served } from './address.ts'

/** A service id and its token. */
export interface Credentials {
  readonly serviceId: string
  readonly token: string
}

/** `lost` is a session that a 401 ended: its page is kept behind the sign-in until the reader signs in again. */
export type Session =
  | { readonly kind: 'out' }
  | ({ readonly kind: 'in' } & Credentials)
  | { readonly kind: 'lost'; readonly serviceId: string }

/** Includes the base URL, because two installations behind one proxy share an origin and so its storage. */
const key = `duly.session ${served}`

/** The session of this tab. It is stored in sessionStorage, so other tabs sign in on their own. */
export const session = signal<Session>(read())

/** Starts a session and stores it for this tab. Does not check the credentials. */
export function signIn(credentials: Credentials): void {
  write(JSON.stringify(credentials))
  session.value = { kind: 'in', ...credentials }
}

/** Ends the session and forgets its credentials. */
export function signOut(): void {
  write(undefined)
  session.value = { kind: 'out' }
}

/** Ends the session if `used` are its credentials. A late 401 for earlier credentials has no effect. */
export function loseSession(used: Credentials): void {
  const current = session.value
  if (current.kind !== 'in' || current.token !== used.token || current.serviceId !== used.serviceId) return
  write(undefined)
  session.value = { kind: 'lost', serviceId: current.serviceId }
}

function read(): Session {
  try {
    const { serviceId, token } = JSON.parse(sessionStorage.getItem(key) ?? '{}')
    if (typeof serviceId === 'string' && typeof token === 'string') return { kind: 'in', serviceId, token }
  } catch {
    // The browser denies storage: the session then ends with the page.
  }
  return { kind: 'out' }
}

function write(text: string | undefined): void {
  try {
    if (text === undefined) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // As above.
  }
}
