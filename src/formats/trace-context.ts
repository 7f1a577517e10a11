/** What the trace of an execution is known by. */
interface Traced {
  /** The id of the execution. */
  readonly id: string
  readonly slot_id: string
  readonly attempt: number
}

const hex = (uuid: string) => uuid.replaceAll('-', '')

/**
 * Returns the id of the trace that an execution begins: 32 hex digits. It is the slot's id for the first attempt and its
 * redeliveries, and the execution's own id for each later attempt, so that nothing has to be stored.
 */
export const traceIdOf = ({ id, slot_id, attempt }: Traced): string => hex(attempt === 1 ? slot_id : id)

/**
 * Returns the header `traceparent` of an execution (W3C Trace Context, version 00). The parent is the last 16 digits of the
 * execution's id, which are never all zero: a UUID has its variant there.
 * @param isSampled whether the trace of this id is to be recorded
 */
export function traceparentOf(execution: Traced, isSampled: (traceId: string) => boolean): string {
  const traceId = traceIdOf(execution)
  return `00-${traceId}-${hex(execution.id).slice(16)}-${isSampled(traceId) ? '01' : '00'}`
}

/** How many digits of a trace id decide whether it is sampled. They are random in UUIDs of versions 4 and 7. */
const randomDigits = 12

/**
 * Returns what decides which traces are sampled. It depends on the id only, so that all replicas, and any service that samples
 * in this way, decide alike.
 * @param ratio the share of traces, from 0 to 1
 */
export function sampler(ratio: number): (traceId: string) => boolean {
  if (ratio >= 1) return () => true
  const limit = ratio * 16 ** randomDigits
  return (traceId) => Number.parseInt(traceId.slice(-randomDigits), 16) < limit
}

/** The header of answers about executions that has TRACE_URL, if it is set. */
export const traceUrlHeader = 'duly-trace-url'

/** Returns the address of a trace. @param template an address with `{trace_id}` */
export const traceUrl = (template: string, traceId: string): string => template.replaceAll('{trace_id}', traceId)
