import { Command, Option } from 'commander'
import { noteOutage } from '../../alerts/outage.ts'
import { isolate } from '../../background/isolate.ts'
import { connect } from '../../database/connect.ts'
import type { Sql } from '../../database/sql.ts'
import { maintainPartitions } from '../../maintenance/partitions.ts'
import { longestDays, shortestDays } from '../../maintenance/retention.ts'
import type { LateSlot } from '../../transitions/claim-slots.ts'
import { listReplicas } from '../../transitions/close-lost.ts'
import {
  closeQueued,
  closeStarted,
  countQueued,
  type ExecutionKey,
  listQueuedServices,
  listStarted,
} from '../../transitions/close-unfinished.ts'
import { countMissedSlots, listLines, listMissedSlots, type Missed, timeAgo } from '../../transitions/missed-slots.ts'
import { skipLateSlots } from '../../transitions/skip-late.ts'
import { CommandError } from '../command-error.ts'
import { readDuration } from '../duration.ts'
import { writeJson, writeLine } from '../output.ts'
import { printable } from '../printable.ts'
import { withDatabase } from '../with-database.ts'

/** Rows changed by one statement. */
const batchSize = 2_000
/** Tasks that an error names. */
const namedAtMost = 5
/** As an outage is noted at the start: after this long without a pass. */
const outageAfterSeconds = 60

/** What executions say that the command ends. */
const reasons = {
  slot: 'missed, and skipped by an operator with duly skip-missed',
  queued: 'not sent: it waited while Duly was not running, and was skipped by an operator with duly skip-missed',
  started: 'lost: Duly stopped or was restored from a backup during the call; whether it arrived is not known',
}

interface Options {
  olderThan?: string
  runOnce: 'skip' | 'keep'
  dryRun?: boolean
  json?: boolean
}

/** What the command has done, would do, or has left. */
interface Result {
  /** When the oldest of the slots was due. */
  readonly oldest: string | null
  /** Missed slots of tasks that repeat, and of those that run once. */
  readonly repeating: number
  readonly run_once: number
  /** Executions. */
  readonly queued: number
  readonly started: number
}

/** The two connections of the command: one for statements that find rows by key, and one for those that read ranges. */
interface Connections {
  readonly byKey: Sql
  readonly ranges: Sql
}

/** Creates `duly skip-missed`. */
export function skipMissedCommand(): Command {
  return new Command('skip-missed')
    .description(
      'Move every task that was due in the past to its next time, and close what was queued or running, while no replica runs: after a restore from a backup, so that nothing of the past is called.',
    )
    .option('--older-than <duration>', 'leave what is newer than this, such as 5m: it is called at the start')
    .addOption(
      new Option('--run-once <choice>', 'tasks that run once: skip disables them, keep leaves them due')
        .choices(['skip', 'keep'])
        .default('skip'),
    )
    .option('--dry-run', 'change nothing, and print what would be skipped')
    .option('--json', 'print JSON for scripts')
    .action((options: Options) => {
      const olderThanMs = options.olderThan === undefined ? 0 : readDuration('--older-than', options.olderThan)
      return withDatabase(async (ranges, config, url) => {
        const byKey = connect(url, {
          max: 1,
          statementTimeoutSeconds: 60,
          name: 'duly cli',
          byKey: true,
          unchecked: true,
        })
        try {
          const began = await timeAgo(ranges, 0)
          const missed = { until: await timeAgo(ranges, olderThanMs), runOnce: options.runOnce === 'skip' }
          await requireNoReplica(ranges)
          if (options.dryRun) return await print(await count(ranges, missed), options)
          // The skipped executions are written today, and a backup may not have a partition for that.
          await maintainPartitions(ranges, shortestDays(config), longestDays(config))
          const before = await count(ranges, missed)
          await skip({ byKey, ranges }, missed)
          // Nobody is told of slots that were skipped, nor of those that came due meanwhile: they are on time when a replica
          // starts. That start makes this row longer instead of writing another.
          await noteOutage(ranges, outageAfterSeconds, ranges`${began}::timestamptz`)
          const left = await count(ranges, missed)
          await print({ ...difference(before, left), oldest: before.oldest }, options)
          await requireNothingLeft(byKey, missed, left)
        } finally {
          await byKey.end({ timeout: 2 })
        }
      })
    })
}

/** @throws CommandError if a replica has a valid lease: it may be calling targets now */
async function requireNoReplica(sql: Sql): Promise<void> {
  const running = (await listReplicas(sql)).filter((replica) => !replica.has_ended && !replica.reaches_too_far)
  if (running.length === 0) return
  const list = running.map(({ id, host, lease_until }) => `${printable(host)} (${id}, until ${lease_until})`).join(', ')
  throw new CommandError(
    `A replica holds a lease: ${list}. Stop every replica first. The lease of one that was killed, or of one in a fresh backup, ends by itself within 45 s.`,
  )
}

async function count(sql: Sql, missed: Missed): Promise<Result> {
  const { repeating, run_once, oldest } = await countMissedSlots(sql, missed)
  const started = (await listStarted(sql, missed)).length
  return { oldest, repeating, run_once, queued: await countQueued(sql, missed), started }
}

/** Skips everything, in batches. Each is whole by itself: after a kill the next run does the rest. What cannot be changed is left. */
async function skip({ byKey, ranges }: Connections, missed: Missed): Promise<void> {
  for (const service of await listQueuedServices(ranges))
    for (let closed = batchSize; closed === batchSize; ) {
      await requireNoReplica(ranges)
      closed = await closeQueued(byKey, service, missed, reasons.queued, batchSize)
    }
  for (const keys of batches(await listStarted(ranges, missed))) {
    await requireNoReplica(ranges)
    await closeStarted(byKey, keys, reasons.started)
  }
  const leave = () => {}
  for (const line of await listLines(ranges)) {
    let slots: LateSlot[] = []
    do {
      await requireNoReplica(ranges)
      slots = await listMissedSlots(byKey, line, missed, batchSize, slots.at(-1))
      await isolate(slots, {
        work: async (some) => void (await skipLateSlots(byKey, some, reasons.slot)),
        onPoison: leave,
        onUnclear: leave,
      })
    } while (slots.length === batchSize)
  }
}

/** How much has been skipped, from what there was before and what is left. */
function difference(before: Result, left: Result): Omit<Result, 'oldest'> {
  const less = (name: Exclude<keyof Result, 'oldest'>) => before[name] - left[name]
  return { repeating: less('repeating'), run_once: less('run_once'), queued: less('queued'), started: less('started') }
}

/** @throws CommandError that names some of the tasks that could not be changed */
async function requireNothingLeft(sql: Sql, missed: Missed, left: Result): Promise<void> {
  const due = left.repeating + left.run_once
  if (due + left.queued + left.started === 0) return
  const found: LateSlot[] = []
  for (const line of await listLines(sql))
    if (found.length < namedAtMost) found.push(...(await listMissedSlots(sql, line, missed, namedAtMost)))
  const names = found.slice(0, namedAtMost).map(({ task_id }) => task_id)
  throw new CommandError(
    `${due} tasks are still due, and ${left.queued + left.started} executions still queued or running: their rows are locked by another session, or the database or this version cannot work out their next time. End that session and run this again, or change these tasks${names.length > 0 ? `: ${names.join(', ')}` : ''}.`,
  )
}

/** Batches of executions of one service each. */
function* batches(keys: readonly ExecutionKey[]): Generator<readonly ExecutionKey[]> {
  for (const ofService of Map.groupBy(keys, ({ service_id }) => service_id).values())
    for (let first = 0; first < ofService.length; first += batchSize) yield ofService.slice(first, first + batchSize)
}

async function print(result: Result, { dryRun, json, runOnce }: Options): Promise<void> {
  if (json) return writeJson({ ...result, dry_run: dryRun === true })
  const [skipped, closed] = dryRun ? ['Would skip', 'Would close'] : ['Skipped', 'Closed']
  const { oldest, repeating, run_once, queued, started } = result
  const since = repeating + run_once > 0 && oldest !== null ? `; the oldest was due at ${oldest}` : ''
  const lines = [
    `${skipped} the missed slots of ${repeating} tasks that repeat and of ${run_once} that run once${since}.`,
    `${closed} ${queued} queued executions and ${started} that were running, as failed and without sending them again.`,
  ]
  if (runOnce === 'keep') lines.push('Tasks that run once were left as they are.')
  await writeLine(lines.join('\n'))
}
