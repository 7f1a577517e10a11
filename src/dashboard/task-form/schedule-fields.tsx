import { fromLocalInput, fromNow, localTimeAndDay, utcTime } from '../format/format-time.ts'
import { shownZone, whoseTime } from '../format/zone.ts'
import { Field } from '../parts/field.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import { useClock } from '../parts/use-clock.ts'
import { CronFields } from './cron-fields.tsx'
import { EveryFields } from './every-fields.tsx'
import type { Draft } from './form-field.ts'
import { nextRunOf } from './schedule-draft.ts'
import { SchedulePreview, type usePreview, withPreview } from './schedule-preview.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

interface ScheduleProps extends FieldsProps {
  /** The form of the stored task; undefined for a new one. */
  readonly before: Draft | undefined
}

interface FieldsetProps extends ScheduleProps {
  readonly preview: ReturnType<typeof usePreview>
}

/** Inputs for the schedule, with a preview of the next times. */
export function ScheduleFields({ before, preview, ...form }: FieldsetProps) {
  const { draft, change } = form
  const part = { ...form, problem: withPreview(form.problem, preview) }
  const kind = (value: Draft['kind'], words: string) => (
    <label class="choice">
      <input type="radio" name="kind" checked={draft.kind === value} onChange={() => change({ kind: value })} />
      {words}
    </label>
  )
  return (
    <fieldset>
      <legend>When</legend>
      <div class="choices whole" role="radiogroup" aria-label="Kind of schedule">
        {kind('every', 'Every …')}
        {kind('cron', 'Cron')}
        {kind('once', 'Once')}
      </div>
      <div class="column">
        {draft.kind === 'every' && <EveryFields {...part} />}
        {draft.kind === 'cron' && <CronFields {...part} />}
        <TimeField {...part} before={before} />
      </div>
      <SchedulePreview draft={draft} loaded={preview} />
    </fieldset>
  )
}

function TimeField({ before, draft, problem, change }: ScheduleProps) {
  const at = nextRunOf(before, draft)
  const label = draft.kind === 'once' ? 'At' : before ? 'Next run' : 'First run'
  return (
    <Field
      id="scheduled-at"
      label={label}
      hint={<TimeHint at={at} kind={draft.kind} isNew={!before} />}
      errors={errorsAt(problem, '/scheduled_at')}
    >
      {(attributes) => (
        <TimeInput
          {...attributes}
          label={label}
          class="short"
          required={draft.kind === 'once'}
          value={at}
          onChange={(scheduled_at) => change({ scheduled_at })}
        />
      )}
    </Field>
  )
}

/** The hint below the time: what it means, or what an empty one means. */
function TimeHint({ at, kind, isNew }: { at: string; kind: Draft['kind']; isNew: boolean }) {
  const now = useClock()
  const time = fromLocalInput(at)
  if (time === undefined)
    return (
      <>
        {whoseTime()}.{kind === 'every' && ` Empty: one interval from ${isNew ? 'now' : 'the moment it is saved'}.`}
        {kind === 'cron' && ' Empty: the next time of the pattern. A time here is that one run only.'}
        {kind === 'once' && ' It runs at this time, and is disabled when it has run.'}
      </>
    )
  const past = Date.parse(time) <= now
  return (
    <>
      {whoseTime()}: {localTimeAndDay(time)}, {shownZone() !== 'UTC' && `which is ${utcTime(time)}, `}
      {past ? 'and past: it is due at once' : fromNow(time, now)}.
      {kind === 'cron' && ' That one run only; the pattern goes on from there.'}
    </>
  )
}
