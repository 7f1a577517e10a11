import type { FoundRequest, Remark } from '../model.ts'

/** What a Job says about failures and time, with the lines on which it says so. */
export interface JobLimits {
  readonly backoffLimit: number
  /** The deadline of the Job, and that of its pods, in seconds. */
  readonly jobDeadline: number | undefined
  readonly podDeadline: number | undefined
  readonly line: number
}

/** The fields of a task that limit its calls. */
export interface CallLimits {
  readonly fields: Readonly<Record<string, unknown>>
  readonly timeoutSeconds: number
  readonly notes: readonly Remark[]
}

/** The timeout of a command without one, in seconds. */
const withoutLimit = 300
/** The longest timeout of a task, in seconds. */
const longest = 3600
const mostRetries = 10

/** Turns the limits of a Job, and those of its command, into those of a task. */
export function limitCall(request: FoundRequest, limits: JobLimits): CallLimits {
  const notes: Remark[] = []
  const note = (text: string) => notes.push({ text, line: limits.line })
  const own = numberOf(request.fields.timeout_seconds)
  const stated = [own, limits.jobDeadline, limits.podDeadline].filter((one) => one !== undefined)
  let timeout = stated.length > 0 ? Math.min(...stated) : withoutLimit
  if (stated.length === 0)
    note(`Neither the command nor the Job has a time limit: each call gets ${withoutLimit} s (timeout_seconds).`)
  if (timeout > longest) {
    note(
      `The time limit of ${timeout} s is cut to ${longest} s, the longest that Duly waits for an answer. Let longer work answer 202 and go on by itself.`,
    )
    timeout = longest
  }
  const { retries, retry } = retriesOf(request, limits, note)
  const { timeout_seconds: _, retries: __, retry: ___, ...others } = request.fields
  return {
    fields: { timeout_seconds: timeout, ...(retries > 0 ? { retries, ...(retry ? { retry } : {}) } : {}), ...others },
    timeoutSeconds: timeout,
    notes,
  }
}

function retriesOf(
  request: FoundRequest,
  limits: JobLimits,
  note: (text: string) => void,
): { readonly retries: number; readonly retry?: Readonly<Record<string, unknown>> } {
  const inner = numberOf(request.fields.retries) ?? 0
  const innerPolicy = request.fields.retry as Readonly<Record<string, unknown>> | undefined
  const outer = request.failsOn === 'nothing' ? 0 : limits.backoffLimit
  const wanted = (inner + 1) * (outer + 1) - 1
  const retries = Math.min(wanted, mostRetries)
  if (retries === 0) return { retries }
  if (inner > 0 && outer > 0)
    note(
      `The command repeats ${inner} times, and the Job repeats the command ${outer} times: the task repeats ${retries} times.`,
    )
  else if (wanted > retries) note(`backoffLimit ${outer} is cut to ${mostRetries} retries.`)
  const deadline =
    limits.jobDeadline === undefined ? {} : { max_duration_seconds: Math.min(limits.jobDeadline, 604_800) }
  if (inner > 0) return { retries, retry: { ...innerPolicy, ...deadline } }
  return {
    retries,
    retry: {
      min_backoff_seconds: 10,
      max_backoff_seconds: 360,
      ...deadline,
      // An answer with an error is a success of curl without -f, which no Job repeats.
      ...(request.failsOn === 'no_answer' ? { on: ['no_answer'] } : {}),
    },
  }
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined)
