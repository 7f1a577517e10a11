import { useLayoutEffect, useRef } from 'preact/hooks'
import { hrefOf, type Route } from '../client/route.ts'
import { Banner } from '../parts/banner.tsx'
import { CurlCommand } from './curl-command.tsx'
import type { Draft } from './form-field.ts'
import { LimitFields } from './limit-fields.tsx'
import { MoreFields } from './more-fields.tsx'
import type { FormRequest } from './request-body.ts'
import { ScheduleFields } from './schedule-fields.tsx'
import { TargetFields } from './target-fields.tsx'
import { type FieldsProps, problemMessage } from './use-form.ts'

interface TaskFormProps extends FieldsProps {
  readonly busy: boolean
  /** Verb on the buttons that save. */
  readonly verb: 'Create' | 'Save'
  /** The request that saving would send; undefined for an edit without changes. */
  readonly request: FormRequest | undefined
  readonly cancel: Route
  /** The form of the stored task; undefined for a new one. */
  readonly before?: Draft
  /** @param run whether to run the saved task now, in addition to its schedule */
  onSubmit(run: boolean): void
}

/** The form of a task. After a failed save, the first invalid field is focused. */
export function TaskForm({ busy, verb, request, cancel, before, onSubmit, ...part }: TaskFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const { problem } = part
  // Focus moves only when errors are added, not when one of several is corrected.
  const refused = useRef(0)
  const count = problem?.errors.length ?? 0
  useLayoutEffect(() => {
    if (count > refused.current) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    refused.current = count
  }, [count])
  return (
    <form
      ref={form}
      class="task-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) onSubmit(false)
      }}
    >
      <TargetFields {...part} />
      <ScheduleFields {...part} before={before} />
      <LimitFields {...part} />
      <MoreFields {...part} />
      {problem && <Banner bad>{problemMessage(problem)}</Banner>}
      <div class="actions">
        <button type="submit" class="main" disabled={busy}>
          {busy ? 'Saving…' : verb === 'Create' ? 'Create task' : 'Save changes'}
        </button>
        <button type="button" disabled={busy} onClick={() => onSubmit(true)}>
          {verb} and run now
        </button>
        <a class="button" href={hrefOf(cancel)}>
          Cancel
        </a>
      </div>
      <CurlCommand request={request} />
    </form>
  )
}
