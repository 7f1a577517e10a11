import { useEffect, useRef, useState } from 'preact/hooks'
import { fromShownInput, readTyped, toShownInput } from '../format/format-time.ts'
import { shownZone } from '../format/zone.ts'

/** How long a reader pauses before a time counts that is not taken while it is typed, in ms. */
const pauseMs = 800

interface TimeInputProps {
  readonly id: string
  readonly class?: string
  readonly required?: boolean
  /** A time as forms hold it. */
  readonly value: string
  /** Whether a time counts once it is left or the reader pauses, not while it is typed. */
  readonly lazy?: boolean
  readonly 'aria-describedby'?: string | undefined
  readonly 'aria-invalid'?: boolean | undefined
  onChange(value: string): void
}

/**
 * An input of a date and a time, by the clock that is shown. Another choice of clock leaves the time as it is. It is text, because
 * browsers write dates in the form of their own language, with AM and PM for some; the button opens their calendar. A form is not sent
 * while an input of it has a text that is no time.
 */
export function TimeInput({ value, lazy = false, onChange, class: more = '', ...attributes }: TimeInputProps) {
  const zone = shownZone()
  // What is typed is not written anew, as it would be where clocks skip that time.
  const [typed, setTyped] = useState<{ readonly text: string; readonly value: string; readonly zone: string }>()
  const isTyped = typed && (typed.value === value || lazy) && typed.zone === zone
  const text = isTyped ? typed.text : plain(toShownInput(value))
  const isWrong = text.trim() !== '' && readTyped(text) === undefined
  const input = useRef<HTMLInputElement>(null)
  const calendar = useRef<HTMLInputElement>(null)
  const wrong = useRef(isWrong)
  wrong.current = isWrong
  useEffect(() => {
    const form = input.current?.form
    const stop = (event: Event) => {
      if (!wrong.current) return
      event.preventDefault()
      event.stopImmediatePropagation()
      input.current?.focus()
    }
    form?.addEventListener('submit', stop, true)
    return () => form?.removeEventListener('submit', stop, true)
  }, [])
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(pause.current), [])
  const take = (next: string, isWhole: boolean) => {
    clearTimeout(pause.current)
    if (lazy && !isWhole) pause.current = setTimeout(() => take(next, true), pauseMs)
    const read = readTyped(next)
    const taken = { text: next, value: read === undefined ? '' : fromShownInput(read), zone }
    const counts = !lazy || (isWhole && (read !== undefined || next.trim() === ''))
    setTyped(lazy && counts ? undefined : taken)
    if (counts) onChange(taken.value)
  }
  return (
    <span class={`time-input ${more}`}>
      <input
        {...attributes}
        ref={input}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        spellcheck={false}
        maxLength={30}
        placeholder="2026-11-30 08:34"
        aria-invalid={isWrong || attributes['aria-invalid']}
        value={text}
        onInput={({ currentTarget }) => take(currentTarget.value, false)}
        onChange={({ currentTarget }) => take(currentTarget.value, true)}
      />
      <button type="button" class="plain" onClick={() => calendar.current?.showPicker()}>
        <span class="unseen">Choose a </span>date
      </button>
      <input
        ref={calendar}
        class="unseen"
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={readTyped(text)?.slice(0, 10) ?? ''}
        onInput={({ currentTarget }) => {
          const time = readTyped(text)?.slice(11) ?? '00:00:00'
          if (currentTarget.value) take(plain(`${currentTarget.value}T${time}`), true)
        }}
      />
      {isWrong && <span class="field-error">Write it as 2026-11-30 08:34 or 2026-11-30 08:34:20.</span>}
    </span>
  )
}

/** A time of a form as people write it: without a T, and without seconds that are 0. */
const plain = (time: string) => time.replace('T', ' ').replace(/(:\d\d):00$/, '$1')
