import { lastTime } from '../formats/time.ts'
import { kindOf } from '../schedule/kind.ts'
import { tellNotDue } from './not-due.ts'
import { accountOf, ms, type Past, type Span, type Standstill, standstillAt } from './past.ts'
import { tellRun, tellSlot } from './slot.ts'
import { type Facts, neighbours, type Reads, shownChange, type Told, tell, unreadable, zoneOf } from './told.ts'
import { clock, who } from './words.ts'

const dayMs = 86_400_000

/**
 * The span of time that a question about a time means: its minute if that is a whole one, as people say 02:00, else its second.
 * @param at in ms
 */
export function spanOf(at: number): Span {
  const length = at % 60_000 === 0 ? 60_000 : 1_000
  const from = Math.floor(at / length) * length
  return { from, until: Math.min(from + length, lastTime) }
}

/**
 * Tells what became of a task in a span of time: what the ledger of executions says, then who had stopped it, then what became of the
 * slot that was due or waiting then, then what its schedule says. Nothing is said that is not on record.
 */
export async function explain(reads: Reads, past: Past, span: Span): Promise<Told> {
  const { subject, changes, runs, offset, now } = past
  const zone = zoneOf(past)
  if (span.from > now) return tellFuture(past, span)
  const started = runs.find(({ started_at }) => started_at !== null && isIn(span, ms(started_at)))
  if (started) return tellRun(reads, past, started)
  if (span.until <= ms(subject.created_at)) {
    const by = changes.created ? ` ${who(changes.created)}` : ''
    const sentence = `There was no such task at ${clock(span.from, zone)}: it was created at ${clock(ms(subject.created_at), zone)}${by}.`
    return tell(past, 'not_created', [sentence], { change: changes.created ? shownChange(changes.created) : null })
  }
  const standstill = standstillAt(past, span)
  // A task that was stopped within the span may have had a slot in it before.
  const wasStopped = standstill && (standstill.change === undefined || ms(standstill.change.at) <= span.from)
  if (wasStopped) return tellStandstill(past, span, standstill)
  const slot = slotIn(past, span)
  const isToCome = slot !== undefined && slot + offset > now
  if (isToCome && !standstill) return tellFuture(past, span)
  const told = slot === undefined || isToCome ? undefined : await tellSlot(reads, past, slot)
  if (told) return { ...told, ...neighbours(past, span.from, span.until).facts }
  if (standstill) return tellStandstill(past, span, standstill)
  const resumed = tellResumed(past, span, slot)
  if (resumed) return resumed
  const running = runs.find(
    (run) =>
      run.started_at !== null && ms(run.started_at) < span.from && ms(run.ended_at ?? run.started_at) >= span.from,
  )
  const goesOn = runs.find((run) => run.status === 'started' && ms(run.started_at as string) < span.from)
  const run = running ?? goesOn
  if (run?.started_at) {
    const end = run.ended_at === null ? 'and has not ended yet' : `and ended at ${clock(ms(run.ended_at), zone)}`
    const sentence = `It was running at ${clock(span.from, zone)}: that run started at ${clock(ms(run.started_at), zone)} ${end}.`
    return tell(past, 'running', [sentence], { ...neighbours(past, span.from, span.until).facts, run })
  }
  const unknown = await tellUnknown(reads, past, span, slot)
  if (unknown) return unknown
  return tellNotDue(reads, past, span)
}

/** The slot that was due in the span, or one before it that had not started by then. */
function slotIn(past: Past, { from, until }: Span): number | undefined {
  const { subject, due, offset, now } = past
  const first = due.from(from - offset)
  // While one waits, those after it are not claimed. The last slot of a task stays its next one while its run goes on.
  const waiting = waitingSlot(past)
  if (waiting !== undefined && !accountOf(past, waiting) && waiting < until - offset && waiting + offset <= now)
    return waiting
  if (first !== undefined && first < until - offset) return first
  const last = due.before(from - offset)
  if (last === undefined) return undefined
  const account = accountOf(past, last)
  const since = account && ms(account.run.started_at ?? account.run.created_at)
  const stillWaits = subject.scheduled_at !== null && ms(subject.scheduled_at) === last
  return (since === undefined ? stillWaits : since >= until) ? last : undefined
}

/** The next slot of a task whose schedule has not changed since; undefined if it was or is stopped. */
function waitingSlot({ subject, timing, changes }: Past): number | undefined {
  const isActive = subject.status === 'active' && timing.status === 'active'
  return isActive && !changes.later && subject.scheduled_at !== null ? ms(subject.scheduled_at) : undefined
}

const isIn = ({ from, until }: Span, at: number) => at >= from && at < until

/** Tells when a task runs that was asked about a time to come. */
function tellFuture(past: Past, span: Span): Told {
  const { subject, timing, due, offset, now } = past
  const zone = zoneOf(past)
  const at = clock(span.from, zone)
  if (subject.status !== 'active') {
    const until = subject.paused_until === null ? '' : `, until ${clock(ms(subject.paused_until), zone)}`
    return tell(past, 'future', [`${at} is still to come. The task is ${subject.status} now${until}.`])
  }
  const slot = due.from(span.from - offset)
  const isDue = slot !== undefined && slot + offset < span.until
  const near = neighbours(past, Math.max(span.from, now), span.until)
  if (isDue) return tell(past, 'future', [`${at} is still to come: it is due then.`], { ...near.facts, slot })
  if (!due.isReadable)
    return tell(past, 'future', [`${at} is still to come. Whether it is due then is not known: ${unreadable(timing)}.`])
  const first = due.from(now - offset)
  const next = first === undefined ? 'It is not due any more.' : `It runs next at ${clock(first + offset, zone)}.`
  return tell(past, 'future', [`${at} is still to come, and it is not due then. ${next}`], near.facts)
}

/** Tells who had stopped a task. */
function tellStandstill(past: Past, span: Span, { reason, change, lastRun }: Standstill): Told {
  const { timing } = past
  const zone = zoneOf(past)
  const facts: Facts = { change: change ? shownChange(change) : null, run: lastRun }
  if (reason === 'ended') {
    const why =
      kindOf(timing) === 'once'
        ? 'it runs once'
        : timing.ends_at !== null
          ? `it ends at ${clock(ms(timing.ends_at), zone)}`
          : timing.max_runs !== null
            ? `it has ${timing.max_runs} runs`
            : 'its schedule has no later time'
    const last = lastRun ? `, and its last slot was that of ${clock(ms(lastRun.scheduled_for), zone)}` : ''
    return tell(past, 'ended', [`It had ended by ${clock(span.from, zone)}: ${why}${last}.`], facts)
  }
  const isWithin = change && ms(change.at) > span.from
  const since = change && !isWithin ? `, since ${clock(ms(change.at), zone)} ${who(change)}` : ''
  const until =
    reason === 'paused' && timing.paused_until !== null
      ? ` It was paused until ${clock(ms(timing.paused_until), zone)}.`
      : ''
  const unknown = change ? '' : ' Who did that is not on record any more.'
  const when = isWithin ? `${clock(ms(change.at), zone)} ${who(change)}` : `${clock(span.from, zone)}${since}`
  return tell(past, reason, [`It was ${reason} at ${when}.${until}${unknown}`], facts)
}

/** Tells that a task was stopped up to a moment within the span, if it had no slot in it from then on. @param slot in ms */
function tellResumed(past: Past, span: Span, slot: number | undefined): Told | undefined {
  const { changes, offset } = past
  const { status: change } = changes
  const before = change?.status_before
  if (!change || !before || before === 'active') return undefined
  const resumed = ms(change.at)
  if (resumed <= span.from || (slot !== undefined && slot + offset >= resumed)) return undefined
  const sentence = `It was ${before} until ${clock(resumed, zoneOf(past))}, when it was made active ${who(change)}.`
  return tell(past, before, [sentence], { change: shownChange(change) })
}

/** Tells that it is not known, if what would tell it is not kept that long; undefined if all of it is. */
async function tellUnknown(reads: Reads, past: Past, span: Span, slot: number | undefined): Promise<Told | undefined> {
  const { timing, changes, due, now, offset } = past
  const zone = zoneOf(past)
  const near = neighbours(past, span.from, span.until)
  const at = clock(span.from, zone)
  if (changes.schedule === undefined && span.from < now - reads.changeDays * dayMs)
    return tell(past, 'unknown', [
      `It is not known what its schedule was at ${at}: changes are kept for ${inDays(reads.changeDays)}. No execution of that time is on record; those that succeeded are kept for ${inDays(await reads.executionDays())}.`,
    ])
  if (slot === undefined && !due.isReadable)
    return tell(past, 'unknown', [
      `It is not known whether it was due at ${at}: ${unreadable(timing)}. No execution of that time is on record.`,
    ])
  const doubt = slot === undefined ? undefined : await calendarDoubt(reads, past, slot)
  if (doubt !== undefined)
    return tell(
      past,
      'unknown',
      [`It is not known whether it was due at ${at}: ${doubt}. No execution of that time is on record.`],
      near.facts,
    )
  if (slot !== undefined) {
    const wasDue = `It was due at ${clock(slot + offset, zone)} by its schedule, and no execution of that slot is on record.`
    const kept = (await tellKept(reads, past, span)) ?? 'Nothing else on record says why.'
    return tell(past, 'unknown', [wasDue, kept], { ...near.facts, slot })
  }
  // The times of a pattern are known without any slot on record.
  if (near.isKnown || timing.cron !== null) return undefined
  return tell(past, 'unknown', [
    `It is not known whether it was due at ${at}: no slot of that time is on record.`,
    await tellKept(reads, past, span),
  ])
}

/** Tells how long executions are kept, of a time that is longer ago. */
async function tellKept(reads: Reads, { now }: Past, span: Span): Promise<string | undefined> {
  const days = await reads.executionDays()
  return span.from >= now - days * dayMs ? undefined : `Executions that succeeded are kept for ${inDays(days)}.`
}

/** Why its calendar, which is read as it is now, does not say whether a time was a slot; undefined if it does. @param slot in ms */
async function calendarDoubt(reads: Reads, past: Past, slot: number) {
  const { due } = past
  const { calendar } = past.timing
  if (calendar === null) return undefined
  if (due.source.use === undefined) return `the calendar ${calendar}, which it had then, no longer exists`
  const changed = await reads.calendarChange(calendar, slot)
  if (changed === undefined) return undefined
  return `the calendar ${calendar} was changed since, last at ${clock(changed, zoneOf(past))}`
}

const inDays = (count: number) => (count === 1 ? 'a day' : `${count} days`)
