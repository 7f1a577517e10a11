import { useEffect, useRef, useState } from 'preact/hooks'
import { fromShownInput, readTyped, toShownInput } from '../format/format-time.ts'
import { shownZone } from '../format/zone.ts'

/** How long a reader pauses before what was typed counts, or is told to be no time, in ms. */
const pauseMs = 800

interface TimeInputProps {
  readonly id: string
  /** That of its field. Several times may be in one form. */
  readonly label: string
  readonly class?: string
  readonly required?: boolean
  /** A time as forms hold it. */
  readonly value: string
  /** Whether a time counts once the reader leaves it or pauses, not while it is typed. */
  readonly lazy?: boolean
  /** The day of a time of day that is typed alone, such as 2026-11-30; without it, that is no time. */
  readonly day?: string
  readonly 'aria-describedby'?: string | undefined
  readonly 'aria-invalid'?: boolean | undefined
  onChange(value: string): void
}

/** What was typed. It stands as it is for as long as the value is the one that came of it, by the same clock. */
interface Typed {
  readonly text: string
  readonly of: string
  readonly zone: string
}

/**
 * An input of a date and a time, by the clock that is shown. Another choice of clock leaves the time as it is. It is text, because
 * browsers write dates in the form of their own language, with AM and PM for some; the button opens their calendar. A form is not sent
 * while an input of it has a text that is no time.
 */
export function TimeInput({
  label,
  value,
  lazy = false,
  day,
  onChange,
  class: more = '',
  ...attributes
}: TimeInputProps) {
  const zone = shownZone()
  // What is typed is not written anew, as it would be where clocks skip that time.
  const [typed, setTyped] = useState<Typed>()
  const [isTold, setTold] = useState(false)
  const text = typed?.zone === zone && isSame(typed.of, value) ? typed.text : plain(toShownInput(value))
  const isWrong = !isTime(text, day)
  const { input, calendar } = useGuard(isWrong, () => setTold(true))
  const change = useRef(onChange)
  change.current = onChange
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    // Another value has come, such as by Back: what was typed for the one before does not count any more. The value that came of the
    // typing stops nothing: this is run after the screen was drawn, when the reader may have typed more.
    if (typed && !isSame(typed.of, value)) clearTimeout(pause.current)
  }, [value])
  useEffect(() => () => clearTimeout(pause.current), [])

  const take = (next: string) => {
    const time = timeOf(next, day)
    setTyped({ text: next, of: time, zone })
    if (!isSame(time, value)) change.current(time)
  }
  const type = (next: string) => {
    clearTimeout(pause.current)
    if (lazy) setTyped({ text: next, of: value, zone })
    else take(next)
    pause.current = setTimeout(() => {
      setTold(true)
      // A date alone may be the beginning of a time, and an emptied input that of another one.
      if (lazy && isTime(next, day) && /\d:\d\d/.test(next)) take(next)
    }, pauseMs)
  }
  const leave = (next: string) => {
    setTold(true)
    if (lazy && isTime(next, day)) take(withDay(next, day))
  }
  const wrongId = `${attributes.id}-form`
  const isShownWrong = isWrong && isTold
  const described = [attributes['aria-describedby'], isShownWrong && wrongId].filter(Boolean).join(' ')
  return (
    <span class={`time-input ${more}`}>
      <input
        {...attributes}
        ref={input}
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={30}
        placeholder="YYYY-MM-DD hh:mm"
        aria-describedby={described || undefined}
        aria-invalid={isShownWrong || attributes['aria-invalid']}
        value={text}
        onInput={({ currentTarget }) => type(currentTarget.value)}
        onChange={({ currentTarget }) => leave(currentTarget.value)}
      />
      <button type="button" class="plain" onClick={() => calendar.current?.showPicker()}>
        <span class="unseen">Choose a </span>date
        <span class="unseen"> for “{label}”</span>
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
          if (currentTarget.value) take(plain(`${currentTarget.value}T${time}`))
        }}
      />
      {isShownWrong && (
        <span class="field-error" id={wrongId}>
          Write it as 2026-11-30 08:34 or 2026-11-30 08:34:20.
          {lazy &&
            (value === ''
              ? ' It does not limit the list yet.'
              : ` The list still goes by ${plain(toShownInput(value))}.`)}
        </span>
      )}
    </span>
  )
}

/** Keeps the form of an input from being sent while it is wrong, and leads there. @param onStop is called when it was kept */
function useGuard(isWrong: boolean, onStop: () => void) {
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
      onStop()
      // What is folded takes no focus.
      input.current?.closest('details')?.setAttribute('open', '')
      input.current?.focus()
    }
    form?.addEventListener('submit', stop, true)
    return () => form?.removeEventListener('submit', stop, true)
  }, [])
  return { input, calendar }
}

/** Whether a text is a time, or none was given. */
const isTime = (text: string, day?: string) => text.trim() === '' || readTyped(withDay(text, day)) !== undefined

/** A time of day with the day before it, if one is given; any other text as it is. */
const withDay = (text: string, day: string | undefined) =>
  day !== undefined && /^\s*\d\d?:\d\d(:\d\d)?\s*$/.test(text) ? `${day} ${text.trim()}` : text

/** The time that a form holds for a text; '' for none. */
function timeOf(text: string, day?: string): string {
  const read = readTyped(withDay(text, day))
  return read === undefined ? '' : fromShownInput(read)
}

const isSame = (one: string, other: string) =>
  one === other || (one !== '' && other !== '' && Date.parse(one) === Date.parse(other))

/** A time of a form as people write it: without a T, and without seconds that are 0. */
const plain = (time: string) => time.replace('T', ' ').replace(/(:\d\d):00$/, '$1')
