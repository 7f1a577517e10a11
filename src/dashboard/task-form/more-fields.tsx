import type { FunctionComponent } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { typedTime } from '../format/format-time.ts'
import { inZone } from '../format/zone.ts'
import { Field, type InputAttributes } from '../parts/field.tsx'
import { TimeInput } from '../parts/time-input.tsx'
import { ExpectFields } from './expect-fields.tsx'
import type { MoreInput } from './form-field.ts'
import { LabelFields } from './label-fields.tsx'
import { differ } from './merge-draft.ts'
import { moreFields } from './more-form-fields.ts'
import { CalendarField, FlowField, TlsProfileField } from './name-fields.tsx'
import { RetryFields } from './retry-fields.tsx'
import { errorsBelow, type FieldsProps, type ShownProps } from './use-form.ts'

type MoreName = keyof typeof moreFields
const fields = Object.entries(moreFields) as readonly [MoreName, (typeof moreFields)[MoreName]][]

/** The inputs of the fields that have inputs of their own. */
const ownInputs: { readonly [F in MoreName]?: FunctionComponent<ShownProps> } = {
  labels: LabelFields,
  expect: ExpectFields,
  calendar: CalendarField,
  flow: FlowField,
  tls_profile: TlsProfileField,
  retry: RetryFields,
}

/** Inputs for what few tasks need. They are open from the start if the task has any of it, or an error is among them. */
export function MoreFields(form: FieldsProps) {
  const { draft, problem } = form
  const isUsed = fields.some(
    ([name, { initial }]) => differ(draft[name], initial) || errorsBelow(problem, `/${name}`).length > 0,
  )
  // While a time is typed, it is none at first: what is open stays so.
  const wasUsed = useRef(isUsed)
  wasUsed.current ||= isUsed
  // What the service has is read for who sees it.
  const [wasOpened, setOpened] = useState(false)
  const shown = { ...form, isShown: wasOpened || wasUsed.current }
  return (
    <fieldset>
      <legend>More</legend>
      <details class="more whole" open={wasUsed.current} onToggle={() => setOpened(true)}>
        <summary>What few tasks need: {fields.map(([, { label }]) => inSentence(label)).join(', ')}</summary>
        <div class="more-fields">
          {fields.map(([name]) => {
            const Own = ownInputs[name]
            return Own ? <Own key={name} {...shown} /> : <OneField key={name} name={name} {...form} />
          })}
        </div>
      </details>
    </fieldset>
  )
}

function OneField({ name, draft, problem, change }: FieldsProps & { name: MoreName }) {
  const { label, more } = moreFields[name]
  const value = draft[name]
  if (typeof value !== 'string' || !('hint' in more)) throw new Error(`The field ${name} has no inputs.`)
  const hint = more.input === 'time' ? `${more.hint} It is ${inZone()}.${typedTime(value)}` : more.hint
  return (
    <Field id={name} label={label} hint={hint} errors={errorsBelow(problem, `/${name}`)}>
      {(attributes) => (
        <Input
          attributes={attributes}
          label={label}
          kind={more.input}
          value={value}
          change={(typed) => change({ [name]: typed })}
        />
      )}
    </Field>
  )
}
interface InputProps {
  readonly attributes: InputAttributes
  readonly label: string
  readonly kind: MoreInput
  readonly value: string
  change(value: string): void
}

function Input({ attributes, label, kind, value, change }: InputProps) {
  if (kind === 'time') return <TimeInput {...attributes} label={label} class="short" value={value} onChange={change} />
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
