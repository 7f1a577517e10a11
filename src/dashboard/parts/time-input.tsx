import { useRef } from 'preact/hooks'
import { fromShownInput, toShownInput } from '../format/format-time.ts'
import { shownZone } from '../format/zone.ts'

interface TimeInputProps {
  readonly id: string
  readonly class?: string
  readonly required?: boolean
  /** A time as forms hold it. */
  readonly value: string
  onChange(value: string): void
}

/** An input of a date and a time, by the clock that is shown. Another choice of clock leaves the time as it is. */
export function TimeInput({ value, onChange, ...attributes }: TimeInputProps) {
  const zone = shownZone()
  // What is typed is not written anew, as it would be where clocks skip that time.
  const typed = useRef<{ readonly text: string; readonly value: string; readonly zone: string }>(undefined)
  const known = typed.current?.value === value && typed.current.zone === zone ? typed.current.text : undefined
  return (
    <input
      {...attributes}
      type="datetime-local"
      step={1}
      max="9999-12-31T00:00:00"
      value={known ?? toShownInput(value)}
      onInput={({ currentTarget: { value: text } }) => {
        typed.current = { text, value: fromShownInput(text), zone }
        onChange(typed.current.value)
      }}
    />
  )
}
