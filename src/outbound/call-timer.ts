import type { Peer } from './tcp-state.ts'

/** What a call is doing: resolving the name, waiting for the answer (with the connection and TLS before it), or reading it. */
export type Phase = 'lookup' | 'answer' | 'body'

/** The clock of a call, which ends it when its time is over. */
export interface CallTimer {
  /** Stops the clock while the call waits to be sent: for its turn at the target, or for a local resource. */
  pause(): void
  resume(): void
  /** For how long it has been paused so far, in ms. */
  readonly pausedMs: number
  /** Notes that the request was sent a second time, because the target had closed a kept connection. */
  noteSentTwice(): void
  readonly wasSentTwice: boolean
  /** Notes what the call does from now on. @param peer where the connection leads, once that is known */
  begin(phase: Phase, peer?: Peer): void
}
