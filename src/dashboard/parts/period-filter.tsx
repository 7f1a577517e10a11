import { timeInRoute } from '../client/route.ts'
import { serverNow } from '../client/server-clock.ts'
import { toShownInput } from '../format/format-time.ts'
import { type Period, periods, timesOf } from '../format/period.ts'
import { ChoiceFilter } from './choice-filter.tsx'
import { Field } from './field.tsx'
import { TimeInput } from './time-input.tsx'

interface PeriodProps {
  /** With what the ids of the inputs begin. */
  readonly id: string
  readonly value: Period
  onChoose(change: Partial<Period>): void
}

/** The times that a list is limited to: a span that moves with the clock, or from and until. */
export function PeriodFilter({ id, value, onChoose }: PeriodProps) {
  const { period, from, to } = value
  const isCustom = period === '' && (from !== '' || to !== '')
  return (
    <>
      <ChoiceFilter
        id={`${id}-period`}
        label="Time"
        value={isCustom ? 'custom' : period}
        choices={[['', 'Any time'], ...periods, ['custom', 'From – to']]}
        onChoose={(chosen) => {
          // The times begin with those of the span that was shown.
          if (chosen !== 'custom') onChoose({ period: chosen, from: '', to: '' })
          else onChoose({ ...customTimes(value), period: '' })
        }}
      />
      {isCustom && (
        <>
          <TimeField
            id={`${id}-from`}
            label="From"
            value={from}
            other={to}
            onChoose={(time) => onChoose({ from: time })}
          />
          <TimeField
            id={`${id}-to`}
            label="Until"
            value={to}
            other={from}
            onChoose={(time) => onChoose({ to: time })}
          />
        </>
      )}
    </>
  )
}

function customTimes(value: Period): Pick<Period, 'from' | 'to'> {
  return timesOf(value.period === '' ? { ...value, period: 'day' } : value, serverNow())
}

interface TimeFieldProps {
  readonly id: string
  readonly label: string
  readonly value: string
  /** The other end of the times. A time of day that is typed alone is one of its day, or of today. */
  readonly other: string
  onChoose(value: string): void
}

/** A time by the clocks of the zone that is shown; '' for none. */
function TimeField({ id, label, value, other, onChoose }: TimeFieldProps) {
  return (
    <Field id={id} label={label}>
      {(attributes) => (
        <TimeInput
          {...attributes}
          label={label}
          lazy
          day={toShownInput(other || timeInRoute(serverNow())).slice(0, 10)}
          value={value}
          onChange={(time) => onChoose(time === '' ? '' : timeInRoute(Date.parse(time)))}
        />
      )}
    </Field>
  )
}
