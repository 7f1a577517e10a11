import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { OfService } from './of-service.tsx'
import { useModal } from './use-modal.ts'

interface FormDialogProps {
  /** Begins the id of its title, such as `mute`. */
  readonly name: string
  readonly title: ComponentChildren
  /** What it is about, in a sentence. */
  readonly intro: ComponentChildren
  /** The word on the button that saves. */
  readonly verb: string
  readonly busy: boolean
  /** How many saves have failed: after each the first invalid field is focused. */
  readonly refusals?: number
  /** The fields. */
  readonly children: ComponentChildren
  onSubmit(): void
  onCancel(): void
}

/** A dialog with fields and two buttons, open at once. Escape and Cancel close it without saving. */
export function FormDialog({
  name,
  title,
  intro,
  verb,
  busy,
  refusals,
  children,
  onSubmit,
  onCancel,
}: FormDialogProps) {
  const dialog = useModal()
  // Not in a layout effect: a dialog that is shown only now focuses its first field after those.
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [refusals])
  return (
    <dialog ref={dialog} aria-labelledby={`${name}-title`} onClose={onCancel}>
      <h2 id={`${name}-title`}>{title}</h2>
      <OfService />
      <p>{intro}</p>
      <form
        class="field"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {children}
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="main" aria-disabled={busy || undefined} aria-busy={busy || undefined}>
            {verb}
          </button>
        </div>
      </form>
    </dialog>
  )
}
