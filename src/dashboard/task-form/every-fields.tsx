import { type Unit, units } from '../../schedule/unit.ts'
import { Field } from '../parts/field.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

/** Inputs for an interval: a number and its unit. */
export function EveryFields({ draft, problem, change }: FieldsProps) {
  return (
    <div class="side-by-side">
      <Field id="frequency" label="Every" class="narrow" errors={errorsAt(problem, '/frequency')}>
        {(attributes) => (
          <input
            {...attributes}
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
        hint="A whole number. A day is 24 hours in UTC; a month keeps its day where it can (31, 28, 31). Ten years at most."
        errors={errorsAt(problem, '/unit')}
      >
        {(attributes) => (
          <select
            {...attributes}
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
  )
}
