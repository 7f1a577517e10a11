import { signal } from '@preact/signals'
import { served } from './address.ts'

export interface Credentials {
  readonly serviceId: string
  readonly token: string
}

/** `lost` is a session that a 401 ended: the page behind it stays as it is until somebody signs in again. */
export type Session =
  | { readonly kind: 'out' }
  | ({ readonly kind: 'in' } & Credentials)
  | { readonly kind: 'lost'; readonly serviceId: string }

/** Two Dulys behind one proxy have one origin, and one storage. */
const key = `duly.session ${served}`

/** Who is signed in. Kept for this tab only: another tab asks again, and closing the tab forgets it. */
export const session = signal<Session>(read())

export function signIn(credentials: Credentials): void {
  write(JSON.stringify(credentials))
  session.value = { kind: 'in', ...credentials }
}

export function signOut(): void {
  write(undefined)
  session.value = { kind: 'out' }
}

/** Ends the session in which `used` were refused; a late refusal of older credentials changes nothing. */
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
    // A browser that keeps nothing: the session then ends with the page.
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
