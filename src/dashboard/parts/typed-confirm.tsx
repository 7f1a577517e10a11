import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

interface TypedConfirmProps {
  readonly title: string
  readonly children: ComponentChildren
  /** What must be typed before it is done. */
  readonly expected: string
  /** The word on the button that does it. */
  readonly verb: string
  /** What is going on; the dialog waits while there is something. */
  readonly progress: string | undefined
  onConfirm(): void
  onCancel(): void
}

/** Spaces at the ends and their number are not what a confirmation is about. */
const spaced = (text: string) => text.trim().replace(/\s+/g, ' ')

/** Asks before something that cannot be undone, and has it typed what it is about. Escape leaves things as they are. */
export function TypedConfirm(parts: TypedConfirmProps) {
  const { title, children, expected, verb, progress, onConfirm, onCancel } = parts
  const [typed, setTyped] = useState('')
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const ready = spaced(typed) === spaced(expected) && progress === undefined
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onCancel}>
      <h2 id="confirm-title">{title}</h2>
      {children}
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) onConfirm()
        }}
      >
        <label for="confirm-typed">
          Type <span class="code typed">{expected}</span> to confirm
        </label>
        <input
          id="confirm-typed"
          autoComplete="off"
          spellcheck={false}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <p class="quiet" role="status">
          {progress}
        </p>
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep {/^delete \d/.test(expected) ? 'them' : 'it'}
          </button>
          <button type="submit" class="danger" aria-disabled={!ready || undefined}>
            {verb}
          </button>
        </div>
      </form>
    </dialog>
  )
}
