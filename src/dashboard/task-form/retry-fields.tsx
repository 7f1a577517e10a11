import { retryDefaults } from '../../task-fields/retry-waits.ts'
import { FieldErrors } from '../parts/field.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { SpanField } from '../parts/span-field.tsx'
import { TextField } from '../parts/text-field.tsx'
import { whole } from './form-field.ts'
import { type RetryDraft, retryOf } from './retry-draft.ts'
import { retrySentence } from './retry-words.ts'
import { statusesOf } from './status-text.ts'
import { entryErrors, errorsAt, errorsBelow, type FieldsProps } from './use-form.ts'

const members = ['min_backoff_seconds', 'max_backoff_seconds', 'max_doublings', 'max_duration_seconds', 'on']

/** Inputs for when a failed call is tried again, and a sentence that says when that is. */
export function RetryFields({ draft, problem, change }: FieldsProps) {
  const { retry } = draft
  const set = (part: Partial<RetryDraft>, ...names: string[]) =>
    change({ retry: { ...retry, ...part } }, ...names.map((name) => `/retry/${name}`))
  const choice = (isSet: boolean, words: string) => (
    <label class="choice">
      <input
        type="radio"
        name="retry"
        checked={retry.isSet === isSet}
        onChange={() => change({ retry: { ...retry, isSet } })}
      />
      {words}
    </label>
  )
  const errors = errorsBelow(problem, '/retry', members)
  return (
    <fieldset class="field whole" aria-describedby={errors.length > 0 ? 'retry-error' : 'retry-times'}>
      <legend>Retry policy</legend>
      <div class="choices">
        {choice(false, 'Short pauses at random')}
        {choice(true, 'Pauses as set here')}
      </div>
      <FieldErrors id="retry-error" errors={errors} />
      {retry.isSet && (
        <div class="field-parts">
          <SpanField
            id="retry-first"
            label="First pause"
            hint="Empty: 5 seconds."
            errors={errorsAt(problem, '/retry/min_backoff_seconds', 'First pause, in seconds,')}
            standard={retryDefaults.min_backoff_seconds}
            value={retry.first}
            onChange={(first) => set({ first }, 'min_backoff_seconds', 'max_backoff_seconds')}
          />
          <SpanField
            id="retry-longest"
            label="Longest pause"
            hint="Empty: 1 hour, or the first pause if that is longer."
            errors={errorsAt(problem, '/retry/max_backoff_seconds', 'Longest pause, in seconds,').map((text) =>
              text.replace('min_backoff_seconds', 'the first pause'),
            )}
            standard={retryDefaults.max_backoff_seconds}
            value={retry.longest}
            onChange={(longest) => set({ longest }, 'max_backoff_seconds')}
          />
          <NumberField
            id="retry-doublings"
            label="Doublings"
            hint="How often the pause doubles; then it grows by the same amount each time. 0 to 16. Empty: 5."
            errors={errorsAt(problem, '/retry/max_doublings', 'Doublings')}
            placeholder={String(retryDefaults.max_doublings)}
            value={retry.doublings}
            onChange={(doublings) => set({ doublings }, 'max_doublings')}
          />
          <SpanField
            id="retry-within"
            label="Time for retries"
            hint="From the first attempt on, 7 days at most. Empty: until the next run."
            errors={errorsAt(problem, '/retry/max_duration_seconds', 'Time for retries, in seconds,')}
            value={retry.within}
            onChange={(within) => set({ within }, 'max_duration_seconds')}
          />
          <fieldset class="field">
            <legend>Only after</legend>
            <Check
              label="no answer, such as a timeout"
              checked={retry.noAnswer}
              onChange={(noAnswer) => set({ noAnswer }, 'on')}
            />
            <Check
              label="an answer that is not the expected one"
              checked={retry.unexpected}
              onChange={(unexpected) => set({ unexpected }, 'on')}
            />
            <p class="hint">None of them and no status: after any failure.</p>
          </fieldset>
          <TextField
            id="retry-statuses"
            label="Or after the statuses"
            hint="With commas: 429, 5xx, 500-504."
            errors={entryErrors(problem, '/retry/on', statusesOf(retry.statuses), 'What is retried')}
            look="code short"
            placeholder="any"
            value={retry.statuses}
            onChange={(text) => set({ statuses: text }, 'on')}
          />
        </div>
      )}
      <p id="retry-times" aria-live="polite">
        {retrySentence(draft.retries.trim() === '' ? 0 : whole(draft.retries), retryOf(retry)) ??
          'When the retries come stands here once the numbers are right.'}
      </p>
    </fieldset>
  )
}

interface CheckProps {
  readonly label: string
  readonly checked: boolean
  onChange(checked: boolean): void
}

function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  )
}
