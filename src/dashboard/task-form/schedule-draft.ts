import { inWords } from '../../schedule/words.ts'
import type { Task } from '../client/api.ts'
import type { Draft } from './form-field.ts'
import { formFields } from './form-fields.ts'

/** The parts of a draft that make its schedule. */
export const scheduleParts = ['kind', 'frequency', 'unit', 'cron', 'time_zone', 'scheduled_at'] as const

/** The schedule fields of a request. Fields of other kinds are null. */
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

/** The schedule fields of a request. */
type ScheduleBody = ReturnType<typeof scheduleOf>

type CalendarBody = { readonly calendar: Task['calendar']; readonly calendar_rule: string }

/**
 * The schedule fields of an update that changes the kind: those of the new kind, and for a run-once task the old ones as
 * null. The next run is included if there is one, because the API would otherwise compute a new one.
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
 * The next run the form shows: that of the draft, or '' if the schedule was edited and the API will compute a new one.
 * A time that the reader has typed stays. The time of a run-once task becomes the first run of an interval.
 * @param before the form of the stored task; undefined for a new one
 */
export function nextRunOf(before: Draft | undefined, now: Draft): string {
  if (!before || now.kind === 'once' || now.scheduled_at !== before.scheduled_at) return now.scheduled_at
  if (now.kind === 'every' && before.kind === 'once') return now.scheduled_at
  const parts =
    now.kind === 'cron'
      ? (['kind', 'cron', 'time_zone', 'calendar', 'calendar_rule'] as const)
      : (['kind', 'frequency', 'unit'] as const)
  return parts.every((part) => before[part] === now[part]) ? now.scheduled_at : ''
}

/** The body of a request for the next times; undefined while a required field is empty. */
export function previewOf(before: Draft | undefined, now: Draft): (ScheduleBody & CalendarBody) | undefined {
  const body = scheduleOf({ ...now, scheduled_at: nextRunOf(before, now) })
  const needed = { every: now.frequency.trim(), cron: body.cron, once: body.scheduled_at }[now.kind]
  const { calendar, calendar_rule } = formFields
  return needed ? { ...body, calendar: calendar.write(now), calendar_rule: calendar_rule.write(now) } : undefined
}

/** The schedule of a draft in words; undefined while it is not valid. */
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
