import type { Unit } from '../api.ts'
import type { Draft } from '../draft.ts'
import { errorsAt } from '../form.ts'
import { Field } from '../parts/field.tsx'
import { fromLocalInput, fromNow, utcTime, zone } from '../when.ts'
import type { FormPart } from './task-form.tsx'

const units: readonly Unit[] = ['minute', 'hour', 'day', 'week', 'month']

/** When a task runs: again and again, or once. */
export function ScheduleFields({ draft, problem, change, isNew }: FormPart & { isNew: boolean }) {
  const repeats = draft.kind === 'repeats'
  const kind = (value: Draft['kind'], words: string) => (
    <label class="choice">
      <input type="radio" name="kind" checked={draft.kind === value} onChange={() => change({ kind: value })} />
      {words}
    </label>
  )
  return (
    <fieldset>
      <legend>When</legend>
      <div class="choices" role="radiogroup" aria-label="Kind of schedule">
        {kind('repeats', 'Again and again')}
        {kind('once', 'Once')}
      </div>
      {repeats && (
        <div class="side-by-side">
          <Field id="frequency" label="Every" class="narrow" errors={errorsAt(problem, '/frequency')}>
            {(ties) => (
              <input
                {...ties}
                required
                inputMode="numeric"
                autocomplete="off"
                value={draft.frequency}
                onInput={(event) => change({ frequency: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field
            id="unit"
            label="Unit"
            hint="A day is 24 hours in UTC; a month keeps its day where it can (31, 28, 31). Ten years at most."
            errors={errorsAt(problem, '/unit')}
          >
            {(ties) => (
              <select
                {...ties}
                class="short"
                value={draft.unit}
                onChange={(event) => change({ unit: event.currentTarget.value as Unit })}
              >
                {units.map((unit) => (
                  <option key={unit} value={unit}>
                    {draft.frequency.trim() === '1' ? unit : `${unit}s`}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
      <Field
        id="scheduled-at"
        label={!repeats ? 'At' : isNew ? 'First run' : 'Next run'}
        hint={<TimeHint draft={draft} isNew={isNew} />}
        errors={errorsAt(problem, '/scheduled_at')}
      >
        {(ties) => (
          <input
            {...ties}
            class="short"
            type="datetime-local"
            step={1}
            max="9999-12-31T00:00:00"
            required={!repeats}
            value={draft.at}
            onInput={(event) => change({ at: event.currentTarget.value })}
          />
        )}
      </Field>
    </fieldset>
  )
}

/** What the time that stands there means. */
function TimeHint({ draft, isNew }: { draft: Draft; isNew: boolean }) {
  const at = fromLocalInput(draft.at)
  if (at === undefined) {
    const empty = `Empty: one interval from ${isNew ? 'now' : 'the moment it is saved'}.`
    return (
      <>
        Your time, {zone}. {draft.kind === 'repeats' && empty}
      </>
    )
  }
  const past = Date.parse(at) <= Date.now()
  return (
    <>
      Your time, {zone}: {utcTime(at)}, {past ? 'which is past: it is due at once' : fromNow(at)}.
    </>
  )
}
