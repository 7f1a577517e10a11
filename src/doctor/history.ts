import type { Sql } from '../database/sql.ts'
import { listHeld } from '../maintenance/held-partitions.ts'
import { dayOf } from '../maintenance/partition-names.ts'
import { dayMs } from '../maintenance/retention.ts'
import { type Finding, ok, warning } from './finding.ts'

/** Replicas make partitions a week ahead; this many days are left when none has run for some days. */
const daysAhead = 3

/**
 * Checks the partitions of `execution`.
 * @param longestDays after how many days a partition is dropped
 */
export async function examineHistory(sql: Sql, longestDays: number): Promise<readonly Finding[]> {
  const { partitions, startMs: today } = await listHeld(sql)
  const [row] = await sql<{ has_unpartitioned: boolean }[]>`
    /* duly:examine_history */
    select exists (select from execution_default) as has_unpartitioned`
  const isCovered = (at: number) => partitions.some(({ from, to }) => Number.isFinite(to) && from <= at && at < to)
  const missing = Array.from({ length: daysAhead }, (_, day) => today + day * dayMs).filter((at) => !isCovered(at))
  // Replicas drop partitions within minutes of midnight.
  const expired = partitions.filter(({ to }) => to <= today - (longestDays + 1) * dayMs)
  const start = 'Start a replica with a scheduler: it does that at once, and its log says what keeps it from it.'
  const found: Finding[] = []
  if (missing.length > 0)
    found.push(
      warning(
        'history',
        `The partition of ${missing.map(dayOf).join(', ')} is missing: these executions go to execution_default.`,
        start,
      ),
    )
  if (row?.has_unpartitioned)
    found.push(
      warning(
        'history',
        'The table execution_default has rows, which are deleted row by row when they expire.',
        'Check the rights of the user and the log of replicas; rows of a past day expire by themselves.',
      ),
    )
  if (expired.length > 0)
    found.push(warning('history', `${expired.length} partitions are past retention and were not dropped.`, start))
  return found.length > 0 ? found : [ok('history', `${partitions.length} partitions, made for the next days.`)]
}
