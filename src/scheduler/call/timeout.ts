import { type ConnectionStage, stageOf } from '../../outbound/tcp-state.ts'
import type { Deadline } from './deadline.ts'

/** What a call is doing. */
export type CallClock = Pick<Deadline, 'phase' | 'peer'>

const stages: Readonly<Record<ConnectionStage, string>> = {
  connecting: 'while connecting',
  handshake: 'during the TLS handshake',
  connected: 'while waiting for the answer',
}
const lookingUp = 'while looking up the name'
/** While a call does one of these, its target has nothing to work on. */
const unsent: ReadonlySet<string | undefined> = new Set([lookingUp, stages.connecting, stages.handshake])

/** The error of a call whose time is over: it says what the call was doing, as far as that is known. */
export function describeTimeout(timeoutMs: number, clock: CallClock): string {
  return [`timeout after ${timeoutMs / 1000} s`, doing(clock)].filter(Boolean).join(' ')
}

/** Why a call is not sent that a person has stopped waiting for. */
export const stoppedUnsent = 'a person stopped it while it waited to be sent'

/**
 * The error of a call that a person has stopped waiting for. It has no number, so that equal errors are found together.
 * @param clock undefined if nothing has been sent
 */
export function describeStop(clock: CallClock | undefined): string {
  const what = clock && doing(clock)
  if (what === undefined) return `not sent: ${stoppedUnsent}`
  return `stopped by a person ${what}${unsent.has(what) ? '' : '; the target may still be working on it'}`
}

function doing({ phase, peer }: CallClock): string | undefined {
  if (phase === 'lookup') return lookingUp
  if (phase === 'body') return 'in the middle of the answer'
  const stage = phase === 'answer' && peer ? stageOf(peer) : undefined
  return stage ? stages[stage] : phase && 'before the answer'
}
