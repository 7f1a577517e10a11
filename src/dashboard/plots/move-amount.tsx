import { useState } from 'preact/hooks'
import { Field } from '../parts/field.tsx'

/** Over how long tasks can be spread: the words, and the seconds. */
const spans = [
  ['15 minutes', 900],
  ['30 minutes', 1_800],
  ['1 hour', 3_600],
  ['2 hours', 7_200],
  ['4 hours', 14_400],
  ['8 hours', 28_800],
] as const

interface AmountProps {
  readonly way: 'move' | 'spread'
  onWay(way: 'move' | 'spread'): void
  readonly seconds: number
  onSeconds(seconds: number): void
  /** Called with by how many minutes tasks are moved, earlier if they are negative; undefined while that is no such number. */
  onMinutes(minutes: number | undefined): void
}

/** Whether tasks are moved or spread, and by how much. */
export function Amount({ way, onWay, seconds, onSeconds, onMinutes }: AmountProps) {
  const [typed, setTyped] = useState('15')
  const [sign, setSign] = useState<1 | -1>(1)
  const read = (text: string) => {
    const value = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0
    return value >= 1 && value <= 1_439 ? value : undefined
  }
  const give = (text: string, direction: 1 | -1) => {
    const value = read(text)
    onMinutes(value === undefined ? undefined : value * direction)
  }
  const errors = read(typed) === undefined ? ['Enter a whole number from 1 to 1439.'] : []
  return (
    <>
      <fieldset class="ways">
        <legend class="unseen">What is done with them</legend>
        {(
          [
            ['spread', 'Spread over a time'],
            ['move', 'Move by minutes'],
          ] as const
        ).map(([value, words]) => (
          <label key={value} class="check">
            <input type="radio" name="way" checked={way === value} onChange={() => onWay(value)} />
            {words}
          </label>
        ))}
      </fieldset>
      <p>
        {way === 'spread'
          ? 'Each task starts within this time after its own, always equally long after it. Its schedule stays as it is.'
          : 'Each task gets another time, today and on all days: the minutes and hours of its pattern, or its next time, are moved.'}
      </p>
      {way === 'spread' ? (
        <Field id="spread-over" label="Over">
          {(attributes) => (
            <select {...attributes} value={seconds} onChange={(event) => onSeconds(Number(event.currentTarget.value))}>
              {spans.map(([words, value]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : (
        <div class="side-by-side">
          <Field id="move-minutes" label="Minutes" errors={errors}>
            {(attributes) => (
              <input
                {...attributes}
                inputMode="numeric"
                value={typed}
                onInput={(event) => {
                  setTyped(event.currentTarget.value)
                  give(event.currentTarget.value, sign)
                }}
              />
            )}
          </Field>
          <Field id="move-direction" label="Direction">
            {(attributes) => (
              <select
                {...attributes}
                value={sign}
                onChange={(event) => {
                  const direction = event.currentTarget.value === '1' ? 1 : -1
                  setSign(direction)
                  give(typed, direction)
                }}
              >
                <option value={1}>later</option>
                <option value={-1}>earlier</option>
              </select>
            )}
          </Field>
        </div>
      )}
    </>
  )
}
