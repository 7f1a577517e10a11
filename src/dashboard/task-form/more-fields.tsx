import { useRef } from 'preact/hooks'
import { typedTime } from '../format/format-time.ts'
import { inZone } from '../format/zone.ts'
import { Field, type InputAttributes } from '../parts/field.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import type { MoreInput } from './form-field.ts'
import { moreFields } from './more-form-fields.ts'
import { errorsBelow, type FieldsProps } from './use-form.ts'

const fields = Object.entries(moreFields) as readonly [
  keyof typeof moreFields,
  (typeof moreFields)[keyof typeof moreFields],
][]

/** Inputs for what few tasks need. They are open from the start if the task has any of it, or an error is among them. */
export function MoreFields({ draft, problem, change }: FieldsProps) {
  const isUsed = fields.some(
    ([name, { initial }]) => draft[name] !== initial || errorsBelow(problem, `/${name}`).length > 0,
  )
  // While a time is typed, it is none at first: what is open stays so.
  const wasUsed = useRef(isUsed)
  wasUsed.current ||= isUsed
  return (
    <fieldset>
      <legend>More</legend>
      <details class="more whole" open={wasUsed.current}>
        <summary>What few tasks need: {fields.map(([, { label }]) => inSentence(label)).join(', ')}</summary>
        <div class="more-fields">
          {fields.map(([name, { label, more }]) => {
            const hint = more.input === 'time' ? `${more.hint} It is ${inZone()}.${typedTime(draft[name])}` : more.hint
            return (
              <Field key={name} id={name} label={label} hint={hint} errors={errorsBelow(problem, `/${name}`)}>
                {(attributes) => (
                  <Input
                    attributes={attributes}
                    kind={more.input}
                    value={draft[name]}
                    change={(value) => change({ [name]: value })}
                  />
                )}
              </Field>
            )
          })}
        </div>
      </details>
    </fieldset>
  )
}

interface InputProps {
  readonly attributes: InputAttributes
  readonly kind: MoreInput
  readonly value: string
  change(value: string): void
}

function Input({ attributes, kind, value, change }: InputProps) {
  if (kind === 'json')
    return (
      <textarea
        {...attributes}
        class="code"
        rows={3}
        spellcheck={false}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    )
  if (kind === 'time') return <TimeInput {...attributes} class="short" value={value} onChange={change} />
  if (kind === 'line')
    return (
      <input
        {...attributes}
        class="short"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
      />
    )
  return (
    <select {...attributes} class="short" value={value} onChange={(event) => change(event.currentTarget.value)}>
      {Object.entries(kind).map(([choice, text]) => (
        <option key={choice} value={choice}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** A label as it stands within a sentence: `retry policy`, `TLS profile`. */
const inSentence = (label: string) => label.replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase())
