import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { tokenMay } from '../client/rights.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { Banner } from '../parts/banner.tsx'
import { useRestoreFocus } from '../parts/restore-focus.ts'
import { CurlCommand } from './curl-command.tsx'
import type { Draft } from './form-field.ts'
import { LimitFields } from './limit-fields.tsx'
import { MoreFields } from './more-fields.tsx'
import type { FormRequest } from './request-body.ts'
import { ScheduleFields } from './schedule-fields.tsx'
import { usePreview, withPreview } from './schedule-preview.tsx'
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
  /** What is shown in place of the problem's message after a conflict. */
  readonly conflict?: ComponentChildren
  /** @param run whether to run the saved task now, in addition to its schedule */
  onSubmit(run: boolean): void
}

/** The form of a task. After a failed save, the first invalid field is focused. */
export function TaskForm({ busy, verb, request, cancel, before, conflict, onSubmit, ...part }: TaskFormProps) {
  const form = useRef<HTMLFormElement>(null)
  const saving = useRef<HTMLButtonElement>(null)
  const running = useRef<HTMLButtonElement>(null)
  useRestoreFocus(saving)
  const { problem } = part
  const preview = usePreview(before, part.draft)
  // Focus moves only when errors are added by a save, not when one of several is corrected.
  const refused = useRef(0)
  const count = problem?.errors.length ?? 0
  useLayoutEffect(() => {
    // What a conflict is about is asked beside the button.
    if (count > refused.current && problem?.status !== 412 && !problem?.isLate)
      form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    refused.current = count
  }, [count])
  return (
    <form
      ref={form}
      class="task-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!busy) onSubmit(event.submitter !== null && event.submitter === running.current)
      }}
    >
      <TargetFields {...part} />
      <ScheduleFields {...part} before={before} preview={preview} />
      <LimitFields {...part} />
      <MoreFields {...part} />
      {conflict ||
        (problem && (
          <Banner bad>
            {problemMessage(problem.errors.length === 0 ? problem : (withPreview(problem, preview) ?? problem))}
          </Banner>
        ))}
      <div class="actions">
        <button ref={saving} type="submit" class="main" aria-disabled={busy || undefined} aria-busy={busy || undefined}>
          {busy ? 'Saving…' : verb === 'Create' ? 'Create task' : 'Save changes'}
        </button>
        {tokenMay('run') && (
          <button ref={running} type="submit" aria-disabled={busy || undefined}>
            {verb} and run now
          </button>
        )}
        <a class="button" href={hrefOf(cancel)}>
          Cancel
        </a>
      </div>
      <CurlCommand request={request} />
    </form>
  )
}
