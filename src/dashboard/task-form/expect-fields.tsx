import { FieldErrors } from '../parts/field.tsx'
import { TextField } from '../parts/text-field.tsx'
import type { ExpectDraft } from './expect-draft.ts'
import { RuleRows } from './rule-rows.tsx'
import { statusesOf } from './status-text.ts'
import { TextRows } from './text-rows.tsx'
import { entryErrors, errorsBelow, type FieldsProps } from './use-form.ts'

const parts = ['status', 'contains', 'not_contains', 'json'] as const

/** Inputs for what a task expects of an answer: its status, texts of its body, values of its JSON. */
export function ExpectFields({ draft, problem, change }: FieldsProps) {
  const { expect } = draft
  const set = (part: Partial<ExpectDraft>, at: string) => change({ expect: { ...expect, ...part } }, at)
  const errors = errorsBelow(problem, '/expect', parts)
  return (
    <fieldset class="field whole" aria-describedby={errors.length > 0 ? 'expect-error' : undefined}>
      <legend>Expected answer</legend>
      <FieldErrors id="expect-error" errors={errors} />
      <div class="field-parts wide">
        <TextField
          id="expect-status"
          label="Statuses of a success"
          hint="With commas: 2xx, 304, 400-404. Empty: any 2xx."
          errors={entryErrors(problem, '/expect/status', statusesOf(expect.status), 'Statuses')}
          look="code short"
          placeholder="2xx"
          value={expect.status}
          onChange={(text) => set({ status: text }, '/expect/status')}
        />
        <RuleRows rows={expect.json} problem={problem} change={(json, at) => set({ json }, at)} />
        <TextRows
          name="contains"
          legend="Texts that the body contains"
          noun="Wanted text"
          adds="Add a wanted text"
          hint="Up to 5, in the same case."
          rows={expect.contains}
          problem={problem}
          change={(contains, at) => set({ contains }, at)}
        />
        <TextRows
          name="not_contains"
          legend="Texts that it does not contain"
          noun="Unwanted text"
          adds="Add an unwanted text"
          hint="Up to 5, such as the words of an error page that is sent with 200."
          rows={expect.not_contains}
          problem={problem}
          change={(not_contains, at) => set({ not_contains }, at)}
        />
      </div>
    </fieldset>
  )
}
