import { useRef } from 'preact/hooks'
import type { InputAttributes } from '../parts/field.tsx'
import { readDay } from './draft.ts'

interface DayInputProps {
  readonly attributes: InputAttributes
  /** As it is typed. */
  readonly value: string
  readonly placeholder?: string
  onChange(value: string): void
}

/** An input of a day. It is text, because browsers write dates in the form of their own language; the button opens their calendar. */
export function DayInput({ attributes, value, placeholder = '2026-12-25', onChange }: DayInputProps) {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <span class="time-input">
      <input
        {...attributes}
        type="text"
        autocomplete="off"
        spellcheck={false}
        maxLength={20}
        placeholder={placeholder}
        value={value}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <button type="button" class="plain" onClick={() => picker.current?.showPicker()}>
        <span class="unseen">Choose a </span>date
      </button>
      <input
        ref={picker}
        class="unseen"
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        value={readDay(value) ?? ''}
        onInput={({ currentTarget }) => {
          if (currentTarget.value) onChange(currentTarget.value)
        }}
      />
    </span>
  )
}
