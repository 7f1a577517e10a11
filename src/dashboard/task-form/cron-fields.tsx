import { useMemo } from 'preact/hooks'
import { knownZones, zone } from '../format/format-time.ts'
import { Field } from '../parts/field.tsx'
import { errorsAt, type FormPart } from './use-form.ts'

/** A pattern, and the zone whose clocks it is read by. */
export function CronFields({ draft, problem, change }: FormPart) {
  const zones = useMemo(knownZones, [])
  return (
    <>
      <Field
        id="cron"
        label="Pattern"
        hint={
          <>
            Five fields: minute (0–59), hour (0–23), day of month (1–31), month (1–12 or JAN–DEC), weekday (0–7 or
            SUN–SAT; 0 and 7 are Sunday). Each may be <code>*</code>, a list <code>1,15</code>, a range{' '}
            <code>MON-FRI</code> or a step <code>*/10</code>. With both a day of month and a weekday, either is enough.
            No L, W, #, ? or @daily; at most 200 characters.
          </>
        }
        errors={errorsAt(problem, '/cron')}
      >
        {(ties) => (
          <input
            {...ties}
            required
            class="code short"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="30 2 * * MON-FRI"
            value={draft.cron}
            onInput={(event) => change({ cron: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field
        id="time-zone"
        label="Time zone"
        hint={
          <>
            An IANA name, such as Europe/Berlin. Empty: UTC. A time that a clock change skips runs once, when the gap
            ends; one that comes twice runs once; a <code>*</code> in minute or hour runs on through both.
          </>
        }
        errors={errorsAt(problem, '/time_zone')}
      >
        {(ties) => (
          <div class="with-button">
            <input
              {...ties}
              class="short"
              list="time-zones"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder="UTC"
              value={draft.zone}
              onInput={(event) => change({ zone: event.currentTarget.value })}
            />
            {draft.zone !== zone && (
              <button type="button" onClick={() => change({ zone })}>
                Use yours, {zone}
              </button>
            )}
            <datalist id="time-zones">
              {zones.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </div>
        )}
      </Field>
    </>
  )
}
