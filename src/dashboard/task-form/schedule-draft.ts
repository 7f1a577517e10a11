import { inWords } from '../../schedule/words.ts'
import { type Draft, formFields } from './form-fields.ts'

/** The parts of a draft that make its schedule. */
export const scheduleParts = ['kind', 'frequency', 'unit', 'cron', 'time_zone', 'scheduled_at'] as const

/** The schedule fields of the API for a draft: those of its kind, the others null. */
export function scheduleOf(draft: Draft) {
  const { scheduled_at, frequency, unit, cron, time_zone } = formFields
  return {
    scheduled_at: scheduled_at.write(draft),
    frequency: frequency.write(draft),
    unit: unit.write(draft),
    cron: cron.write(draft),
    time_zone: time_zone.write(draft),
  }
}

export type ScheduleBody = ReturnType<typeof scheduleOf>

/**
 * The schedule fields that another kind is told by: its own, and for a run-once task that those of the old kind are
 * gone. The next run goes with them where there is one, because the API would otherwise count it anew.
 */
export function otherKind(before: Draft, now: Draft): Partial<ScheduleBody> {
  const { scheduled_at, frequency, unit, cron, time_zone } = scheduleOf({
    ...now,
    scheduled_at: nextRunOf(before, now),
  })
  if (now.kind === 'once') return { ...(before.kind === 'cron' ? { cron } : { frequency, unit }), scheduled_at }
  return {
    ...(now.kind === 'cron' ? { cron, time_zone } : { frequency, unit }),
    ...(scheduled_at === null ? {} : { scheduled_at }),
  }
}

/**
 * The next run that a form shows: what stands in the draft, or nothing where it is another schedule's and is counted anew,
 * until somebody types a time. The time of a task that runs once becomes the first run of another kind.
 * @param before the task as it is stored; undefined for a new one
 */
export function nextRunOf(before: Draft | undefined, now: Draft): string {
  if (!before || now.kind === 'once' || now.scheduled_at !== before.scheduled_at) return now.scheduled_at
  if (now.kind === 'every' && before.kind === 'once') return now.scheduled_at
  const parts =
    now.kind === 'cron' ? (['kind', 'cron', 'time_zone'] as const) : (['kind', 'frequency', 'unit'] as const)
  return parts.every((part) => before[part] === now[part]) ? now.scheduled_at : ''
}

/** What to ask the API for the times of a draft; undefined while something that it needs is empty. */
export function previewOf(before: Draft | undefined, now: Draft): ScheduleBody | undefined {
  const body = scheduleOf({ ...now, scheduled_at: nextRunOf(before, now) })
  const needed = { every: now.frequency.trim(), cron: body.cron, once: body.scheduled_at }[now.kind]
  return needed ? body : undefined
}

/** The schedule of a draft in words; undefined while it is not one. */
export function draftLabel(draft: Draft): string | undefined {
  const { frequency, unit, cron, time_zone } = scheduleOf(draft)
  if (draft.kind === 'once') return 'once'
  if (draft.kind === 'every')
    return typeof frequency === 'number' && frequency > 0 ? inWords({ frequency, unit }) : undefined
  try {
    return cron ? inWords({ cron, time_zone }) : undefined
  } catch {
    return undefined
  }
}
