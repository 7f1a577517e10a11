import { useState } from 'preact/hooks'
import { ApiError } from '../client/api.ts'
import { flowRefusals, readFlow, writeFlow } from '../client/flows.ts'
import { navigate } from '../client/navigation.ts'
import { useUnsaved } from '../client/unsaved.ts'
import { flowsRoute } from '../client/used-routes.ts'
import { Field } from '../parts/field.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { SaveForm } from '../parts/save-form.tsx'
import { TextField } from '../parts/text-field.tsx'
import { showToast } from '../parts/toast.tsx'
import { fieldErrors, useSave } from '../parts/use-save.ts'
import { type FlowDraft, flowOfDraft, type PeriodUnit, periodUnits } from './flow-draft.ts'

const paths = ['/flowName', '/target', '/concurrency', '/rate', '/period_seconds', '/burst']

interface FormProps {
  /** What the form begins with. */
  readonly initial: FlowDraft
  /** Whether it is a new flow, which is not saved over another one. A flow that is there keeps its name. */
  readonly isNew: boolean
}

/** The form of a flow. */
export function FlowForm({ initial, isNew }: FormProps) {
  const [draft, setDraft] = useState(initial)
  const saving = useSave({ ...flowOfDraft(draft, false), flowName: draft.name })
  const { problem } = saving
  useUnsaved(JSON.stringify(draft) !== JSON.stringify(initial))
  const change = (part: Partial<FlowDraft>) => setDraft((last) => ({ ...last, ...part }))
  const name = draft.name.trim()
  /** Says what is wrong with the name, and what is with the other fields as soon as the API has answered. */
  const refuseName = (message: string): never => {
    const refusal = new ApiError(400, message, [{ path: '/flowName', message }])
    void flowRefusals(flowOfDraft(draft, false)).then((others) => saving.addErrors(refusal, others))
    throw refusal
  }
  const onSave = async () => {
    if (name === '') refuseName('must not be empty')
    // It stays paused if it is, also if it was paused while the form was open.
    const stored = await readFlow(name).catch((error) => {
      const wrong = error instanceof ApiError ? error.errors.find(({ path }) => path === '/flowName') : undefined
      if (wrong) refuseName(wrong.message)
      if (!isNew || !(error instanceof ApiError && error.status === 404)) throw error
    })
    if (isNew && stored) refuseName('is that of another flow: choose another one, or edit that flow')
    await writeFlow(name, flowOfDraft(draft, stored?.paused ?? false))
    showToast(stored ? `Saved “${name}”.` : `Created “${name}”.`)
    navigate(flowsRoute)
  }
  const input = (field: 'concurrency' | 'rate' | 'burst', label: string, hint: string) => (
    <NumberField
      id={`flow-${field}`}
      label={label}
      hint={hint}
      errors={fieldErrors(problem, `/${field}`, label)}
      value={draft[field]}
      onChange={(value) => change({ [field]: value })}
    />
  )
  return (
    <SaveForm
      saving={saving}
      paths={paths}
      verb={isNew ? 'Create flow' : 'Save flow'}
      cancel={flowsRoute}
      onSave={onSave}
    >
      <fieldset>
        <legend>Whose calls</legend>
        {isNew && (
          <TextField
            id="flow-name"
            label="Name"
            hint="1 to 64 letters, digits, _ and -. Tasks name the flow by it, and it stays as it is."
            errors={fieldErrors(problem, '/flowName', 'Name')}
            look="short"
            required
            value={draft.name}
            onChange={(text) => change({ name: text })}
          />
        )}
        <TextField
          id="flow-target"
          label="Target"
          hint="Host, or host:port, as it stands in the URL of tasks: all of them that name no flow are in this one. Empty: only tasks that name it."
          errors={fieldErrors(problem, '/target', 'Target')}
          look="code"
          placeholder="api.partner.example"
          value={draft.target}
          onChange={(text) => change({ target: text })}
        />
      </fieldset>
      <fieldset>
        <legend>Limits</legend>
        {input('concurrency', 'Calls at once', 'Over all replicas. Empty: no limit.')}
        {input('rate', 'Calls in a time', 'How many start in the time below. Empty: no limit.')}
        <Field
          id="flow-period"
          label="In"
          hint="One day at most. It counts only beside a number above."
          errors={fieldErrors(problem, '/period_seconds', 'The time')}
        >
          {(attributes) => (
            <div class="with-button span">
              <input
                {...attributes}
                inputMode="numeric"
                autocomplete="off"
                value={draft.period}
                onInput={(event) => change({ period: event.currentTarget.value })}
              />
              <select
                aria-label="In: unit"
                value={draft.unit}
                onChange={(event) => change({ unit: event.currentTarget.value as PeriodUnit })}
              >
                {periodUnits.map(([unit]) => (
                  <option key={unit}>{unit}</option>
                ))}
              </select>
            </div>
          )}
        </Field>
        {input(
          'burst',
          'Burst',
          'How many may start at once after a time without calls. Empty: a tenth of those of a second.',
        )}
      </fieldset>
    </SaveForm>
  )
}
