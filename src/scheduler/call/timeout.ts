import { type ConnectionStage, stageOf } from '../../outbound/tcp-state.ts'
import type { Deadline } from './deadline.ts'

const stages: Readonly<Record<ConnectionStage, string>> = {
  connecting: 'while connecting',
  handshake: 'during the TLS handshake',
  connected: 'while waiting for the answer',
}

/** The error of a call whose time is over: it says what the call was doing, as far as that is known. */
export function describeTimeout(timeoutMs: number, { phase, peer }: Pick<Deadline, 'phase' | 'peer'>): string {
  return [`timeout after ${timeoutMs / 1000} s`, doing(phase, peer)].filter(Boolean).join(' ')
}

function doing(phase: Deadline['phase'], peer: Deadline['peer']): string | undefined {
  if (phase === 'lookup') return 'while looking up the name'
  if (phase === 'body') return 'in the middle of the answer'
  const stage = phase === 'answer' && peer ? stageOf(peer) : undefined
  return stage ? stages[stage] : phase && 'before the answer'
}
