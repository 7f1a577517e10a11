import { ApiError } from './errors.ts'

/** What one service may have of bodies and answers in this process at once, in bytes. */
export const budgetPerService = 64 * 1_048_576
/** How long a request waits for its share, in ms: less than it may wait for the database. */
const patienceMs = 4_000

/** A share of a service's budget. */
export interface Share {
  /** Sets the size to what is really held, in bytes. */
  resize(bytes: number): void
  /** Gives it back; further calls do nothing. */
  release(): void
}

interface Account {
  used: number
  readonly waiting: { readonly bytes: number; readonly grant: () => void }[]
}

const accounts = new Map<string, Account>()

/**
 * Takes a share of a service's budget, so that no number of requests with one token fills the memory of the process. Waits
 * in turn until there is room; whoever comes when nothing is used gets any size.
 * @param bytes what may be held at most
 * @param waitMs after so long it gives up
 * @throws ApiError 429 when there was no room in time
 */
export async function takeShare(serviceId: string, bytes: number, waitMs = patienceMs): Promise<Share> {
  const account = accounts.get(serviceId) ?? { used: 0, waiting: [] }
  accounts.set(serviceId, account)
  if (account.waiting.length > 0 || !hasRoom(account, bytes)) await turn(account, bytes, waitMs)
  else account.used += bytes
  return share(serviceId, account, bytes)
}

const hasRoom = ({ used }: Account, bytes: number) => used === 0 || used + bytes <= budgetPerService

/** Waits until the account has room, which is then taken. */
async function turn(account: Account, bytes: number, waitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const waiter = { bytes, grant: resolve }
  account.waiting.push(waiter)
  const timer = setTimeout(() => {
    account.waiting.splice(account.waiting.indexOf(waiter), 1)
    reject(overBudget())
  }, waitMs)
  await promise.finally(() => clearTimeout(timer))
}

function share(serviceId: string, account: Account, taken: number): Share {
  let held = taken
  const resize = (bytes: number) => {
    account.used += bytes - held
    held = bytes
    admit(account)
    if (account.used === 0 && account.waiting.length === 0) accounts.delete(serviceId)
  }
  return { resize, release: () => resize(0) }
}

/** Lets in as many as there is room for, in the order in which they came. */
function admit(account: Account): void {
  for (let first = account.waiting[0]; first && hasRoom(account, first.bytes); first = account.waiting[0]) {
    account.waiting.shift()
    account.used += first.bytes
    first.grant()
  }
}

function overBudget(): ApiError {
  const message = `This service has more than ${budgetPerService / 1_048_576} MiB of requests and answers under way: read the answers that were asked for, send fewer requests at once, and try again.`
  return new ApiError(429, message, undefined, { 'retry-after': '1' })
}

const held = new WeakMap<Request, Share[]>()

/** Keeps a share until the request has been answered. */
export function holdFor(request: Request, share: Share): void {
  const shares = held.get(request)
  if (shares) shares.push(share)
  else held.set(request, [share])
}

/** Gives back what was kept for a request. */
export function releaseHeld(request: Request): void {
  for (const share of held.get(request) ?? []) share.release()
}
