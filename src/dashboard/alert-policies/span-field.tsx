import { Field } from '../parts/field.tsx'
import { type Span, spanUnits } from './policy-draft.ts'

interface SpanProps {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly errors: readonly string[]
  readonly value: Span
  onChange(value: Span): void
}

/** Inputs for a time span: an amount, which may be empty, and its unit. */
export function SpanField({ id, label, hint, errors, value, onChange }: SpanProps) {
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      {(attributes) => (
        <div class="with-button span">
          <input
            {...attributes}
            inputMode="numeric"
            autocomplete="off"
            value={value.amount}
            onInput={(event) => onChange({ ...value, amount: event.currentTarget.value })}
          />
          <select
            aria-label={`${label}: unit`}
            value={value.unit}
            onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as Span['unit'] })}
          >
            {spanUnits.map(([unit]) => (
              <option key={unit} value={unit}>
                {unit}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  )
}
