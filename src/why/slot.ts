import { saysItWaitsFor } from '../alerts/late-lines.ts'
import type { OutageSpan } from '../alerts/outages.ts'
import { isPassedOver } from '../transitions/skip.ts'
import { type Account, accountOf, ms, type Past } from './past.ts'
import type { LateAlert, RunRow } from './queries.ts'
import { type Facts, type Reads, shownChange, type Told, tell, zoneOf } from './told.ts'
import { clock, duration, outageWords, unpointed, who } from './words.ts'

/** A start that is not later than this is told as on time, in ms. */
const onTimeMs = 2_000
/** How long after an outage a start is still explained by it alone, in ms. */
const afterOutageMs = 60_000

/** What is known to have held a slot up. */
interface HeldUp {
  readonly sentences: readonly (string | undefined)[]
  readonly facts: Facts
}

/** Finds what held a slot up. @param due when it was to start; @param until when it started, or now; in ms */
async function findHeldUp(reads: Reads, past: Past, due: number, until: number): Promise<HeldUp> {
  const zone = zoneOf(past)
  const outage = (await reads.outages(due, until)).at(-1)
  if (outage) return afterOutage(past, outage, until)
  const running = past.runs.find((run) => {
    if (run.started_at === null || ms(run.started_at) >= due) return false
    // One whose end is not on record, because it was lost, says nothing of the time after its start.
    const end = run.ended_at ?? (run.status === 'started' ? past.subject.now : run.started_at)
    return ms(end) > due
  })
  if (running?.started_at) {
    const end = running.ended_at === null ? 'had not ended' : `lasted until ${clock(ms(running.ended_at), zone)}`
    const sentence = `The run before it, which started at ${clock(ms(running.started_at), zone)}, ${end}.`
    return { sentences: [sentence], facts: { cause: 'previous_run' } }
  }
  const alert = await reads.lateAlert(due, until)
  return alert ? ofAlert(past, alert) : ofFlow(reads, past, due, until)
}

function afterOutage(past: Past, outage: OutageSpan, until: number): HeldUp {
  const words = `Duly did not run ${outageWords(outage, zoneOf(past))}.`
  const perSecond = past.subject.catch_up_per_second
  const isLong = outage.ended_at !== null && until - ms(outage.ended_at) > afterOutageMs
  if (!isLong) return { sentences: [words], facts: { cause: 'outage', outage } }
  if (perSecond === null)
    return { sentences: [words, 'Then what was late started, the oldest first.'], facts: { cause: 'outage', outage } }
  const limit = `Then late slots started, the oldest first; the service now has a limit of ${perSecond} in a second.`
  return { sentences: [words, limit], facts: { cause: 'catch_up', outage } }
}

function ofAlert({ subject: { flow } }: Past, { id, error }: LateAlert): HeldUp {
  const isFlow = flow !== null && error !== null && saysItWaitsFor(error, flow)
  return {
    sentences: [error === null ? undefined : `Its alert said: ${unpointed(error)}.`],
    facts: { alert_id: id, ...(isFlow && { cause: 'flow' as const, flow }) },
  }
}

async function ofFlow(reads: Reads, past: Past, due: number, until: number): Promise<HeldUp> {
  const { flow } = past.subject
  if (flow === null)
    return { sentences: [until - due < 60_000 ? undefined : 'Nothing on record says what held it up.'], facts: {} }
  const then = await reads.flow(flow, until)
  const pause = then?.paused_at && (then.resumed_at === null || ms(then.resumed_at) > due) ? then : undefined
  if (pause?.paused_at) {
    const zone = zoneOf(past)
    const by = pause.change ? ` ${who(pause.change)}` : ''
    const end = pause.resumed_at === null ? '' : `, and was resumed at ${clock(ms(pause.resumed_at), zone)}`
    const sentence = `Its flow ${flow} was paused at ${clock(ms(pause.paused_at), zone)}${by}${end}.`
    return {
      sentences: [sentence],
      facts: { cause: 'flow', flow, change: pause.change ? shownChange(pause.change) : null },
    }
  }
  // What a flow has under way is known of now only.
  if (then?.is_full && until === past.now)
    return {
      sentences: [`It waits for its flow ${flow} (${then.limits}), which lets no call start now.`],
      facts: { cause: 'flow', flow },
    }
  return {
    sentences: [`It is in the flow ${flow}, which may have held it up; that is not on record.`],
    facts: { flow },
  }
}

/** Tells of an execution that started in the time that was asked for. */
export async function tellRun(reads: Reads, past: Past, run: RunRow): Promise<Told> {
  const zone = zoneOf(past)
  const started = ms(run.started_at as string)
  const at = clock(started, zone)
  if (run.by_hand) return tell(past, 'ran', [`It ran at ${at}, by hand.`, result(run)], { run })
  const slot = ms(run.scheduled_for)
  const due = slot + past.offset
  if (!run.is_first)
    return tell(past, 'ran', [`It ran at ${at}: attempt ${run.attempt} for ${clock(due, zone)}.`, result(run)], {
      run,
      slot,
    })
  if (started - due < onTimeMs) return tell(past, 'ran', [`It ran at ${at}, on time.`, result(run)], { run, slot })
  const { sentences, facts } = await findHeldUp(reads, past, due, started)
  const late = `It was due at ${clock(due, zone)} and ran at ${at}, ${duration(started - due)} late.`
  return tell(past, 'ran_late', [late, ...sentences, result(run)], { ...facts, run, slot })
}

/** Tells what became of a slot that did not start in the time that was asked for. @param slot in ms */
export async function tellSlot(reads: Reads, past: Past, slot: number): Promise<Told | undefined> {
  const { subject, timing, now } = past
  const account = accountOf(past, slot)
  if (account) return tellAccount(reads, past, slot, account)
  const isNext = subject.scheduled_at !== null && ms(subject.scheduled_at) === slot && subject.status === 'active'
  if (!isNext || timing.status !== 'active') return undefined
  const due = slot + past.offset
  const { sentences, facts } = await findHeldUp(reads, past, due, now)
  const waits = `It was due at ${clock(due, zoneOf(past))} and has not started yet: it waits.`
  return tell(past, 'waiting', [waits, ...sentences], { ...facts, slot })
}

async function tellAccount(reads: Reads, past: Past, slot: number, { run, counted }: Account): Promise<Told> {
  const zone = zoneOf(past)
  const due = slot + past.offset
  const wasDue = `It was due at ${clock(due, zone)}`
  if (run.status === 'skipped') {
    const { cause, ...facts } = (await findHeldUp(reads, past, due, ms(run.created_at))).facts
    const outage = facts.outage ? `Duly did not run ${outageWords(facts.outage, zone)}.` : undefined
    return tell(
      past,
      'skipped',
      [`${wasDue} and was skipped: ${unpointed(run.error ?? 'no reason is on record')}.`, outage],
      {
        ...(isPassedOver(run) ? { cause: 'previous_run' as const } : { ...facts, cause }),
        ...{ run, slot },
      },
    )
  }
  if (run.status === 'queued') return tell(past, 'waiting', [`${wasDue} and is queued.`], { run, slot })
  if (run.started_at === null)
    return tell(
      past,
      'not_started',
      [`${wasDue} and was not sent: ${unpointed(run.error ?? 'no reason is on record')}.`],
      { run, slot },
    )
  const started = ms(run.started_at)
  const { sentences, facts } = await findHeldUp(reads, past, due, started)
  if (!counted) {
    const late = `${wasDue} and ran at ${clock(started, zone)}, ${duration(started - due)} late.`
    return tell(past, 'ran_late', [late, ...sentences, result(run)], { ...facts, run, slot })
  }
  const made = `${wasDue}. The run at ${clock(started, zone)}, which was for ${clock(ms(run.scheduled_for) + past.offset, zone)}, made up for it: it counts ${run.missed_slots} missed.`
  return tell(past, 'made_up', [made, ...sentences], { ...facts, run, slot })
}

function result({ status, error }: RunRow): string | undefined {
  if (status === 'success') return 'It succeeded.'
  if (status === 'failed') return `It failed: ${unpointed(error ?? 'no error is on record')}.`
  return status === 'started' ? 'It has not ended yet.' : undefined
}
