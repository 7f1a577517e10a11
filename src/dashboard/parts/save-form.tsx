import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { hrefOf, type Route } from '../client/route.ts'
import { Banner } from './banner.tsx'
import { type Saving, saveMessage } from './use-save.ts'

interface SaveFormProps {
  readonly saving: Saving
  /** The JSON pointers of what the form has fields for. */
  readonly paths: readonly string[]
  /** The words on the button that saves. */
  readonly verb: string
  /** Where *Cancel* leads. */
  readonly cancel: Route
  readonly children: ComponentChildren
  /** Saves it. What it throws is told by the form. */
  onSave(): Promise<void>
}

/** A form with fields, what is wrong with them, and two buttons. After a failed save, the first invalid field is focused. */
export function SaveForm({
  saving: { busy, problem, refusals, save },
  paths,
  verb,
  cancel,
  children,
  onSave,
}: SaveFormProps) {
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [refusals])
  return (
    <form
      ref={form}
      class="task-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void save(onSave)
      }}
    >
      {children}
      {problem && <Banner bad>{saveMessage(problem, paths)}</Banner>}
      <div class="actions">
        <button type="submit" class="main" aria-disabled={busy || undefined} aria-busy={busy || undefined}>
          {busy ? 'Saving…' : verb}
        </button>
        <a class="button" href={hrefOf(cancel)}>
          Cancel
        </a>
      </div>
    </form>
  )
}
