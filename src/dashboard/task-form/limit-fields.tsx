import type { Status } from '../client/api.ts'
import { statusMeaning } from '../format/labels.ts'
import { Field } from '../parts/field.tsx'
import { errorsAt, type FieldsProps } from './use-form.ts'

const statuses: readonly Status[] = ['active', 'paused', 'disabled']

/** Whether a task runs, how long an answer may take, and what happens when none comes. */
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
      <Field
        id="timeout"
        label="Time for an answer"
        hint="In seconds, 1 to 3,600. Empty: the server’s default, 30 unless it was set otherwise."
        errors={errorsAt(problem, '/timeout_seconds')}
      >
        {(attributes) => (
          <input
            {...attributes}
            class="short"
            inputMode="numeric"
            autocomplete="off"
            value={draft.timeout_seconds}
            onInput={(event) => change({ timeout_seconds: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field
        id="retries"
        label="Retries"
        hint="How often a failed call is tried again, 0 to 10, with growing pauses and never past the next run."
        errors={errorsAt(problem, '/retries')}
      >
        {(attributes) => (
          <input
            {...attributes}
            class="short"
            inputMode="numeric"
            autocomplete="off"
            value={draft.retries}
            onInput={(event) => change({ retries: event.currentTarget.value })}
          />
        )}
      </Field>
    </fieldset>
  )
}
