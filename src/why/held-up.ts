import { saysItWaitsFor } from '../alerts/late-lines.ts'
import type { OutageSpan } from '../alerts/outages.ts'
import type { FlowThen } from './flow-then.ts'
import { ms, type Past } from './past.ts'
import type { LateAlert } from './queries.ts'
import { type Facts, type Reads, shownChange, zoneOf } from './told.ts'
import { clock, outageWords, unpointed, who } from './words.ts'

/** How long after an outage a start is still explained by it alone, in ms. */
const afterOutageMs = 60_000

/** What is known to have held a slot up. */
interface HeldUp {
  readonly sentences: readonly (string | undefined)[]
  readonly facts: Facts
}

/** Finds what held a slot up. @param due when it was to start; @param until when it started, or now; in ms */
export async function findHeldUp(reads: Reads, past: Past, due: number, until: number): Promise<HeldUp> {
  const zone = zoneOf(past)
  const { flow } = past.subject
  const then = flow === null ? undefined : await reads.flow(flow, until)
  const outage = (await reads.outages(due, until)).at(-1)
  if (then && isPausedThroughout(then, due, outage)) return ofPause(reads, past, then, due, until)
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
  return alert ? ofAlert(past, alert) : ofFlow(past, then, due, until)
}

/** Whether the pause of a flow began before a slot was due, and lasted beyond an outage since. @param due in ms */
function isPausedThroughout({ paused_at, resumed_at }: FlowThen, due: number, outage: OutageSpan | undefined): boolean {
  if (paused_at === null || ms(paused_at) > due) return false
  const end = resumed_at === null ? Number.POSITIVE_INFINITY : ms(resumed_at)
  const outageEnd =
    outage === undefined ? due : outage.ended_at === null ? Number.POSITIVE_INFINITY : ms(outage.ended_at)
  return end > due && end >= outageEnd
}

/** Tells of the pause of a flow, with the alert that there was meanwhile. */
async function ofPause(reads: Reads, past: Past, pause: FlowThen, due: number, until: number): Promise<HeldUp> {
  const alert = await reads.lateAlert(due, until)
  const told = ofPauseAlone(past, pause)
  return alert ? { ...told, facts: { ...told.facts, alert_id: alert.id } } : told
}

function ofPauseAlone(past: Past, { paused_at, resumed_at, change }: FlowThen): HeldUp {
  const zone = zoneOf(past)
  const flow = past.subject.flow as string
  const by = change ? ` ${who(change)}` : ''
  const end = resumed_at === null ? '' : `, and was resumed at ${clock(ms(resumed_at), zone)}`
  return {
    sentences: [`Its flow ${flow} was paused at ${clock(ms(paused_at as string), zone)}${by}${end}.`],
    facts: { cause: 'flow', flow, change: change ? shownChange(change) : null },
  }
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

function ofFlow(past: Past, then: FlowThen | undefined, due: number, until: number): HeldUp {
  const { flow } = past.subject
  if (flow === null)
    return { sentences: [until - due < 60_000 ? undefined : 'Nothing on record says what held it up.'], facts: {} }
  if (then?.paused_at && (then.resumed_at === null || ms(then.resumed_at) > due)) return ofPauseAlone(past, then)
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
