import { useMemo } from 'preact/hooks'
import { knownZones } from '../format/format-time.ts'
import { localZone } from '../format/zone.ts'
import { Field } from '../parts/field.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

/** Inputs for a cron pattern and its time zone. */
export function CronFields({ draft, problem, change }: FieldsProps) {
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
            <code>MON-FRI</code> or a step <code>*/10</code>. <code>L</code> is the last day of the month,{' '}
            <code>15W</code> the weekday nearest to the 15th, <code>FRIL</code> the last Friday, <code>MON#2</code> the
            second Monday. With both a day of month and a weekday, either is enough. A sixth field in front holds
            seconds. Several patterns are separated by <code>;</code>. Or <code>@daily</code>, or{' '}
            <code>every 2 weeks at 09:00 from 2026-11-30</code>.
          </>
        }
        errors={errorsAt(problem, '/cron')}
      >
        {(attributes) => (
          <input
            {...attributes}
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
        {(attributes) => (
          <div class="with-button">
            <input
              {...attributes}
              class="short"
              list="time-zones"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              placeholder="UTC"
              value={draft.time_zone}
              onInput={(event) => change({ time_zone: event.currentTarget.value })}
            />
            {draft.time_zone !== localZone && (
              <button type="button" onClick={() => change({ time_zone: localZone })}>
                Use yours, {localZone}
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
