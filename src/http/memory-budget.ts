import { ApiError } from './errors.ts'

/** How much memory the bodies and responses of one service may take in this process at once, in bytes. */
export const budgetPerService = 64 * 1_048_576
/** How long a request waits for memory, in ms. Must be shorter than the timeout of a request. */
const waitAtMostMs = 4_000

/** Memory that a request has reserved from its service's budget. */
export interface Reservation {
  /** Changes the reserved size to `bytes`, without waiting. After `release` it does nothing. */
  resize(bytes: number): void
  /** Returns the memory to the budget. Further calls do nothing. */
  release(): void
}

interface Account {
  used: number
  readonly queue: { readonly bytes: number; readonly grant: () => void }[]
}

const accounts = new Map<string, Account>()

/**
 * Reserves memory from a service's budget, so that requests with one token cannot fill the memory of the process. Requests
 * wait in the order in which they came. When nothing is reserved, a reservation of any size is granted.
 * @param bytes upper limit of what the request needs
 * @param waitMs how long to wait for memory
 * @throws ApiError 429 when the memory is not available in time
 */
export async function reserveMemory(serviceId: string, bytes: number, waitMs = waitAtMostMs): Promise<Reservation> {
  const account = accounts.get(serviceId) ?? { used: 0, queue: [] }
  accounts.set(serviceId, account)
  if (account.queue.length > 0 || !hasRoom(account, bytes)) await waitForRoom(account, bytes, waitMs)
  else account.used += bytes
  return createReservation(serviceId, account, bytes)
}

const hasRoom = ({ used }: Account, bytes: number) => used === 0 || used + bytes <= budgetPerService

/** Waits until the account has room for `bytes`. They are reserved when this returns. */
async function waitForRoom(account: Account, bytes: number, waitMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const waiter = { bytes, grant: resolve }
  account.queue.push(waiter)
  const timer = setTimeout(() => {
    account.queue.splice(account.queue.indexOf(waiter), 1)
    // Those behind it may need less.
    grantNext(account)
    reject(overBudget())
  }, waitMs)
  await promise.finally(() => clearTimeout(timer))
}

function createReservation(serviceId: string, account: Account, initialBytes: number): Reservation {
  let reserved = initialBytes
  let released = false
  const resize = (bytes: number) => {
    if (released) return
    account.used += bytes - reserved
    reserved = bytes
    grantNext(account)
    if (account.used === 0 && account.queue.length === 0) accounts.delete(serviceId)
  }
  const release = () => {
    resize(0)
    released = true
  }
  return { resize, release }
}

/** Grants queued requests from the front, as far as there is room. */
function grantNext(account: Account): void {
  for (let first = account.queue[0]; first && hasRoom(account, first.bytes); first = account.queue[0]) {
    account.queue.shift()
    account.used += first.bytes
    first.grant()
  }
}

function overBudget(): ApiError {
  const message = `This service has more than ${budgetPerService / 1_048_576} MiB of requests and answers under way: read the answers that were asked for, send fewer requests at once, and try again.`
  return new ApiError('too_much_in_progress', message, undefined, { 'retry-after': '1' })
}

const reservations = new WeakMap<Request, Reservation[]>()

/** Keeps a reservation until `releaseReservations` is called for the request. */
export function attachReservation(request: Request, reservation: Reservation): void {
  const attached = reservations.get(request)
  if (attached) attached.push(reservation)
  else reservations.set(request, [reservation])
}

/** Releases the reservations attached to a request. May be called more than once. */
export function releaseReservations(request: Request): void {
  for (const reservation of reservations.get(request) ?? []) reservation.release()
}
