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

/** The session of this tab. It is stored in sessionStorage; other open tabs of the dashboard have it too, and nothing is on disk. */
export const session = signal<Session>(read())

/** What tabs tell each other. Pages of other origins cannot listen. */
type Message =
  | { readonly kind: 'who' }
  | ({ readonly kind: 'in' } & Credentials)
  | { readonly kind: 'out'; readonly serviceId: string }

const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(key)
const tell = (message: Message) => tabs?.postMessage(message)
let heard: (() => void) | undefined

tabs?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  const now = session.value
  if (data.kind === 'who') {
    if (now.kind === 'in') tell(now)
  } else if (data.kind === 'out') {
    if (now.kind !== 'out' && now.serviceId === data.serviceId) start(undefined)
  } else if (now.kind === 'out' || (now.kind === 'lost' && now.serviceId === data.serviceId)) {
    start(data)
    heard?.()
  }
})

/**
 * Takes the session of another open tab, if this one has none: a new tab is signed in as the others are.
 * @param patienceMs how long to wait for them to say so, in ms
 */
export async function joinTabs(patienceMs: number): Promise<void> {
  if (!tabs || session.value.kind !== 'out') return
  await new Promise<void>((resolve) => {
    heard = resolve
    setTimeout(resolve, patienceMs)
    tell({ kind: 'who' })
  })
}

/** Starts a session, in tabs without one too. Does not check the credentials. */
export function signIn(credentials: Credentials): void {
  start(credentials)
  tell({ kind: 'in', ...credentials })
}

/** Ends the session in all tabs, and forgets its credentials. */
export function signOut(): void {
  const now = session.value
  if (now.kind !== 'out') tell({ kind: 'out', serviceId: now.serviceId })
  start(undefined)
}

function start(credentials: Credentials | undefined): void {
  const kept = credentials && { serviceId: credentials.serviceId, token: credentials.token }
  write(kept && JSON.stringify(kept))
  session.value = kept ? { kind: 'in', ...kept } : { kind: 'out' }
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
