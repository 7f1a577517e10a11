import { type Status, statuses } from '../../task-fields/statuses.ts'
import { statusMeaning } from '../format/labels.ts'
import { Field } from '../parts/field.tsx'
import { formFields } from './form-fields.ts'
import { errorsAt, type FieldsProps } from './use-form.ts'

type LimitName = {
  [F in keyof typeof formFields]: (typeof formFields)[F] extends { limit: object } ? F : never
}[keyof typeof formFields]
const limits = Object.keys(formFields).filter((name): name is LimitName => 'limit' in formFields[name as LimitName])

/** Inputs for the status and the limits of a task. */
export function LimitFields({ draft, problem, change }: FieldsProps) {
  return (
    <fieldset>
      <legend>How</legend>
      <Field
        id="task-status"
        label="Status"
        hint={`It ${statusMeaning[draft.status]}.`}
        errors={errorsAt(problem, '/status')}
      >
        {(attributes) => (
          <select
            {...attributes}
            class="short"
            value={draft.status}
            onChange={(event) => change({ status: event.currentTarget.value as Status })}
          >
            {statuses.map((status) => (
              <option key={status}>{status}</option>
            ))}
          </select>
        )}
      </Field>
      {limits.map((name) => {
        const { label, limit } = formFields[name]
        return (
          <Field key={name} id={name} label={label} hint={limit.hint} errors={errorsAt(problem, `/${name}`)}>
            {(attributes) => (
              <input
                {...attributes}
                class="short"
                inputMode="numeric"
                autocomplete="off"
                value={draft[name]}
                onInput={(event) => change({ [name]: event.currentTarget.value })}
              />
            )}
          </Field>
        )
      })}
    </fieldset>
  )
}
