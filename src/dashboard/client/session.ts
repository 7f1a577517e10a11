import { signal } from '@preact/signals'
import { isOperatorToken } from '../../http/token.ts'
import { served } from './address.ts'

/** A service id and a token. */
export interface Credentials {
  /** '' for an operator who has not chosen a service yet. */
  readonly serviceId: string
  readonly token: string
}

/** `lost` is a session that a 401 ended: its page is kept behind the sign-in until the reader signs in again. */
export type Session =
  | { readonly kind: 'out' }
  | ({ readonly kind: 'in' } & Credentials)
  | { readonly kind: 'lost'; readonly serviceId: string; readonly wasOperator: boolean }

/** A service that the reader is signed in to, with its name if that is known. */
export interface Known extends Credentials {
  readonly name?: string | undefined
}

/** They include the base URL, because two installations behind one proxy share an origin and so its storage. */
const key = `duly.session ${served}`
const knownKey = `duly.services ${served}`

/**
 * The session of this tab. It is in sessionStorage, so that it outlives a reload; browsers may write that to their profile. Other open
 * tabs of the dashboard have it too. Nothing of it is in localStorage or in a cookie.
 */
export const session = signal<Session>(read())

/** The services that the open tabs are signed in to, that of this tab among them, in the order in which they were added. */
export const known = signal<readonly Known[]>(readKnown())

/** What tabs tell each other. Pages of other origins cannot listen. */
type Message =
  | { readonly kind: 'who' }
  | {
      readonly kind: 'in'
      readonly serviceId: string
      /** With which token it shows the service. */
      readonly token: string
      /** What the tab knows, its own service included. */
      readonly known: readonly Known[]
      /** When the tab was used last, in ms since 1970: a new tab belongs to the service of the tab that opened it. */
      readonly usedAt: number
    }
  /** Without a service it ends the sessions of all. */
  | { readonly kind: 'out'; readonly serviceId?: string }

const tabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(key)
const tell = (message: Message) => tabs?.postMessage(message)
const tellWho = ({ serviceId, token }: Credentials) =>
  tell({ kind: 'in', serviceId, token, known: known.value, usedAt })
/** Called for each tab that says whose it is, while this one asks. */
let heard: ((usedAt: number, service: Known) => void) | undefined

let usedAt = document.hidden ? 0 : Date.now()
for (const use of ['pointerdown', 'keydown', 'focus'])
  addEventListener(
    use,
    () => {
      usedAt = Date.now()
    },
    true,
  )

tabs?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  const now = session.value
  if (data.kind === 'who') {
    if (now.kind === 'in') tellWho(now)
  } else if (data.kind === 'out') {
    forget(data.serviceId)
  } else {
    know(data.known)
    const { serviceId, token } = data
    // A tab with the page of the version before says it otherwise.
    if (typeof token !== 'string') return
    const service = { serviceId, token }
    if (heard) heard(data.usedAt, service)
    else if (now.kind === 'out' || (now.kind === 'lost' && mayFollow(now, service))) start(service)
  }
})

/** Whether credentials do in place of those that were lost: an operator's read only what a token of the service may have changed. */
const mayFollow = (
  lost: { readonly serviceId: string; readonly wasOperator: boolean },
  { serviceId, token }: Credentials,
) => serviceId === lost.serviceId && (lost.wasOperator || !isOperatorToken(token))

/**
 * Takes the session of another open tab, if this one has none: a new tab is signed in as the one that was used last.
 * @param patienceMs how long to wait for them to say so, in ms
 */
export async function joinTabs(patienceMs: number): Promise<void> {
  if (!tabs || session.value.kind !== 'out') return
  let latest: { readonly at: number; readonly service: Known } | undefined
  const askedAt = performance.now()
  await new Promise<void>((resolve) => {
    heard = (at, service) => {
      if (!latest || at > latest.at) latest = { at, service }
      // The others answer within this time, too: a busy machine lets each wait as long as the first.
      setTimeout(resolve, Math.max(patienceMs / 5, 3 * (performance.now() - askedAt)))
    }
    setTimeout(resolve, patienceMs)
    tell({ kind: 'who' })
  })
  heard = undefined
  if (latest) start(latest.service)
}

/** Starts a session, in tabs without one too. Does not check the credentials. */
export function signIn(credentials: Credentials): void {
  know([credentials])
  tellWho(credentials)
  start(credentials)
}

/** Shows another service, in this tab only. */
export function switchTo(service: Known): void {
  start(service)
}

/** Ends the sessions of all tabs, and forgets their credentials. @param serviceId the only service to forget, or all */
export function signOut(serviceId?: string): void {
  tell({ kind: 'out', ...(serviceId && { serviceId }) })
  forget(serviceId)
}

/** Notes the name of a service that the reader is signed in to. */
export function nameKnown(serviceId: string, name: string): void {
  if (known.value.some((one) => one.serviceId === serviceId && one.name !== name))
    know(known.value.map((one) => (one.serviceId === serviceId ? { ...one, name } : one)))
}

/** The services that the reader may change to, with the credentials that do most. @param serviceId the one that is shown */
export const othersThan = (serviceId: string | undefined): readonly Known[] =>
  known.value.filter(
    (one) =>
      one.serviceId !== serviceId && !(isOperatorToken(one.token) && known.value.some((own) => replaces(own, one))),
  )

/** Whether credentials are a token of the same service itself, where others are those of an operator. */
const replaces = (own: Known, other: Known) => own.serviceId === other.serviceId && !isOperatorToken(own.token)

/**
 * Adds services to those that are known; later credentials and names replace earlier ones, but the token of an operator does
 * not replace one of the service itself, which may do more.
 */
function know(services: readonly Known[]): void {
  const place = ({ serviceId, token }: Credentials) => (isOperatorToken(token) ? `${serviceId} operator` : serviceId)
  const all = new Map(known.value.map((one) => [place(one), one]))
  for (const one of services) {
    const { serviceId, token, name = all.get(place(one))?.name } = one
    all.set(place(one), { serviceId, token, name })
  }
  setKnown([...all.values()])
}

function setKnown(services: readonly Known[]): void {
  known.value = services
  write(knownKey, services.length > 1 ? JSON.stringify(services) : undefined)
}

/** Forgets a service, or all. A tab that shows it shows another one that is known, or the sign-in. */
function forget(serviceId: string | undefined): void {
  const left = serviceId === undefined ? [] : known.value.filter((one) => one.serviceId !== serviceId)
  const now = session.value
  setKnown(left)
  if (serviceId === undefined || (now.kind !== 'out' && now.serviceId === serviceId)) start(left[0])
}

/**
 * Shows a service, or the sign-in. In place of another service the page is loaded anew, so that nothing which is under way there
 * goes on with the credentials of this one; not where it would have forgotten them.
 */
function start(credentials: Credentials | undefined): void {
  const before = session.value
  const kept = credentials && { serviceId: credentials.serviceId, token: credentials.token }
  const isStored = write(key, kept && JSON.stringify(kept))
  if (kept) know([kept])
  if (kept && isStored && before.kind !== 'out' && before.serviceId !== kept.serviceId) {
    location.reload()
    return
  }
  session.value = kept ? { kind: 'in', ...kept } : { kind: 'out' }
}

/**
 * Forgets credentials that were refused, and ends the session if it has them, unless another tab has newer ones. A late 401 for
 * earlier credentials ends nothing.
 * @param used those of an operator without a service: the token is refused for every service
 */
export function loseSession(used: Credentials): void {
  const current = session.value
  const isRefused = ({ serviceId, token }: Credentials) =>
    token === used.token && (used.serviceId === '' || serviceId === used.serviceId)
  setKnown(known.value.filter((one) => !isRefused(one)))
  if (current.kind !== 'in' || !isRefused(current)) return
  const lost = { kind: 'lost', serviceId: current.serviceId, wasOperator: isOperatorToken(current.token) } as const
  const newer = known.value.find((one) => mayFollow(lost, one))
  if (newer) {
    start(newer)
    return
  }
  write(key, undefined)
  session.value = lost
}

function read(): Session {
  const kept = parseKnown(readText(key))
  return kept ? { kind: 'in', serviceId: kept.serviceId, token: kept.token } : { kind: 'out' }
}

function readKnown(): readonly Known[] {
  const now = session.value
  const first = now.kind === 'in' ? [{ serviceId: now.serviceId, token: now.token }] : []
  const kept = readText(knownKey)
  return Array.isArray(kept) && kept.length > 0 ? kept.flatMap((one) => parseKnown(one) ?? []) : first
}

function parseKnown(kept: unknown): Known | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined
  const { serviceId, token, name } = kept as Partial<Known>
  if (typeof serviceId !== 'string' || typeof token !== 'string') return undefined
  return { serviceId, token, name: typeof name === 'string' ? name : undefined }
}

function readText(of: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(of) ?? 'null')
  } catch {
    // The browser denies storage: the session then ends with the page.
    return undefined
  }
}

/** Stores a text, or nothing. What stood there before is gone in any case. @returns false if the browser does not store it */
function write(to: string, text: string | undefined): boolean {
  try {
    sessionStorage.removeItem(to)
    if (text !== undefined) sessionStorage.setItem(to, text)
    return true
  } catch {
    // As above.
    return false
  }
}
