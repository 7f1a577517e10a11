import { type Span, sizeOf, spanUnits } from '../format/span.ts'
import { Field } from './field.tsx'

interface SpanProps {
  readonly id: string
  readonly label: string
  readonly hint: string
  readonly errors: readonly string[]
  readonly value: Span
  /** What an empty amount stands for, in seconds; undefined where that is no time span. */
  readonly standard?: number
  onChange(value: Span): void
}

/** Inputs for a time span: an amount, which may be empty, and its unit. */
export function SpanField({ id, label, hint, errors, value, standard, onChange }: SpanProps) {
  const usual = standard === undefined ? 0.5 : standard / sizeOf(value.unit)
  return (
    <Field id={id} label={label} hint={hint} errors={errors}>
      {(attributes) => (
        <div class="with-button span">
          <input
            {...attributes}
            inputMode="numeric"
            autocomplete="off"
            placeholder={Number.isInteger(usual) ? String(usual) : undefined}
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
