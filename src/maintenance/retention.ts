import { partitionDays } from './partition-length.ts'

/** A day in ms. */
export const dayMs = 86_400_000

/** For how many days what is kept. */
export interface Retention {
  /** Executions that ended as success or skipped. */
  readonly executionRetentionDays: number
  /** Executions that failed; not less. */
  readonly failureRetentionDays: number
  /** What targets answered, in executions of either kind; not more than failures. */
  readonly answerRetentionDays: number
}

/** A partition of `execution` with bounds in ms since 1970, which are infinite for the default partition. */
export interface Period {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** A partition, and what has been dropped of it. */
export interface Held extends Period {
  readonly is_empty: boolean
  readonly successesBefore: number
  readonly answersBefore: number
}

/** Times in ms since 1970, each the beginning of a day in UTC, before which something is not kept. */
export interface Borders {
  readonly successesBefore: number
  readonly answersBefore: number
}

/** What is to be done to partitions: their rows that are kept get into one table in their place, or they are changed in place. */
export interface Work extends Borders {
  readonly sources: readonly string[]
  readonly from: number
  readonly to: number
  readonly inPlace: boolean
}

/** How many partitions next to each other become one before their period is over. */
const mergedFrom = 8

/** The times before which nothing of a kind is kept, on a day that begins at `startMs`. */
export function bordersOf(retention: Retention, startMs: number): Borders & { readonly allBefore: number } {
  const before = (days: number) => startMs - days * dayMs
  return {
    allBefore: before(longestDays(retention)),
    successesBefore: before(retention.executionRetentionDays),
    answersBefore: before(retention.answerRetentionDays),
  }
}

/** How long anything is kept, in days: then partitions are dropped. */
export const longestDays = (retention: Retention): number =>
  Math.max(retention.executionRetentionDays, retention.failureRetentionDays)

/** The first time at which something is dropped, in days: new partitions are made for it. */
export const shortestDays = ({ executionRetentionDays, answerRetentionDays }: Retention): number =>
  Math.min(executionRetentionDays, answerRetentionDays)

/**
 * Returns what is to be done next, the oldest first; undefined when nothing of what is kept has expired. Partitions past the
 * longest retention are not its concern: they are dropped.
 * @param partitions all of them
 * @param startMs the beginning of today in UTC
 * @param mayReplace whether the user may make and drop partitions; if not, all is done in place
 */
export function nextWork(
  partitions: readonly Held[],
  retention: Retention,
  startMs: number,
  mayReplace: boolean,
): Work | undefined {
  const borders = bordersOf(retention, startMs)
  const sorted = partitions.toSorted((a, b) => a.from - b.from)
  for (const held of sorted) {
    const wanted = wantedOf(held.to, borders)
    if (held.is_empty || held.to <= borders.allBefore || !isDue(held, wanted, borders)) continue
    const isWhole = wanted.successesBefore === held.to || wanted.answersBefore === held.to
    const { name, from, to } = held
    return { sources: [name], from, to, ...wanted, inPlace: !(mayReplace && isWhole) }
  }
  return mayReplace ? nextMerge(sorted, retention, startMs) : undefined
}

/** Up to when something is dropped of a partition that ends at `to`. */
const wantedOf = (to: number, { successesBefore, answersBefore }: Borders): Borders => ({
  successesBefore: Math.min(successesBefore, to),
  answersBefore: Math.min(answersBefore, to),
})

/** Whether rows can have expired since, other than those that all go at once. */
const isDue = (held: Held, wanted: Borders, borders: ReturnType<typeof bordersOf>): boolean =>
  (['successesBefore', 'answersBefore'] as const).some(
    (kind) => borders[kind] > borders.allBefore && wanted[kind] > Math.max(held[kind], held.from),
  )

/**
 * Past partitions of which the same has been dropped, and which are shorter than those of what is kept for longer: they become
 * one, so that the number of partitions stays small.
 * @param sorted all partitions, by their beginning
 */
function nextMerge(sorted: readonly Held[], retention: Retention, startMs: number): Work | undefined {
  const bounded = sorted.filter(({ to }) => Number.isFinite(to))
  // Executions of a missing partition are in the default one, and must not lie within the new one.
  const mayFillGaps = sorted.every(({ to, is_empty }) => Number.isFinite(to) || is_empty)
  for (const { sinceMs, untilMs, length } of ages(retention, startMs)) {
    const periodOf = (ms: number) => Math.floor(ms / length)
    let run: Held[] = []
    for (const held of bounded) {
      const last = run.at(-1)
      const isOfAge = held.from >= untilMs && held.to <= sinceMs && held.to - held.from < length
      const follows =
        last && periodOf(last.from) === periodOf(held.to - 1) && (mayFillGaps || last.to === held.from) && isOfAge
      if (follows) run.push(held)
      else {
        if (isEnough(run, length, sinceMs)) break
        run = isOfAge ? [held] : []
      }
    }
    const [first, last] = [run[0], run.at(-1)]
    if (first === undefined || last === undefined || !isEnough(run, length, sinceMs)) continue
    return {
      sources: run.map(({ name }) => name),
      ...{ from: first.from, to: last.to },
      ...wantedOf(last.to, bordersOf(retention, startMs)),
      inPlace: false,
    }
  }
  return undefined
}

/** Whether partitions of one period are merged now: all that there will be, or several. */
const isEnough = (run: readonly Held[], length: number, sinceMs: number): boolean => {
  const first = run[0]
  return (
    first !== undefined && run.length >= ((Math.floor(first.from / length) + 1) * length <= sinceMs ? 2 : mergedFrom)
  )
}

/** The ages at which partitions are merged, the youngest first: between two retentions, and the length for it in ms. */
function ages(retention: Retention, startMs: number): { sinceMs: number; untilMs: number; length: number }[] {
  const { executionRetentionDays, answerRetentionDays } = retention
  const days = [...new Set([executionRetentionDays, answerRetentionDays, longestDays(retention)])].sort((a, b) => a - b)
  return days.slice(1).map((until, index) => ({
    sinceMs: startMs - (days[index] as number) * dayMs,
    untilMs: startMs - until * dayMs,
    length: partitionDays(until) * dayMs,
  }))
}
