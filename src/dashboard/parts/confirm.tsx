import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface ConfirmParts {
  readonly title: string
  readonly children: ComponentChildren
  /** The word on the button that does it. */
  readonly verb: string
  readonly busy: boolean
  onConfirm(): void
  onCancel(): void
}

/** Asks before something that cannot be undone. Escape and the first button leave things as they are. */
export function Confirm({ title, children, verb, busy, onConfirm, onCancel }: ConfirmParts) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onCancel}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <div class="actions">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" class="danger" disabled={busy} onClick={onConfirm}>
          {verb}
        </button>
      </div>
    </dialog>
  )
}
