import { isPassedOver } from '../transitions/skip.ts'
import { findHeldUp } from './held-up.ts'
import { type Account, accountOf, ms, type Past } from './past.ts'
import type { RunRow } from './queries.ts'
import { type Reads, type Told, tell, zoneOf } from './told.ts'
import { clock, duration, outageWords, unpointed } from './words.ts'

/** A start that is not later than this is told as on time, in ms. */
const onTimeMs = 2_000
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
        ...(isPassedOver(run) ? { cause: 'previous_run' as const, outage: facts.outage ?? null } : { ...facts, cause }),
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
