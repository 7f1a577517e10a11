import type { ComponentChildren } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { visible } from '../client/visible.ts'
import { OfService } from './of-service.tsx'
import { useModal } from './use-modal.ts'

interface TypedConfirmProps {
  readonly title: string
  readonly children: ComponentChildren
  /** The text to type before the action is enabled. */
  readonly expected: string
  /** Text of the confirming button. */
  readonly verb: string
  /** Text about the running action, during which the dialog cannot be confirmed; undefined if none runs. */
  readonly progress: string | undefined
  onConfirm(): void
  onCancel(): void
}

/** Trims and collapses whitespace, which does not matter for a confirmation. */
const spaced = (text: string) => text.trim().replace(/\s+/g, ' ')

/** Asks the reader to type a text before an action that cannot be undone. Escape cancels. */
export function TypedConfirm(parts: TypedConfirmProps) {
  const { title, children, expected, verb, progress, onConfirm, onCancel } = parts
  const [typed, setTyped] = useState('')
  const dialog = useModal()
  // Some characters cannot be typed; as they are shown they can be.
  const isReady = (text: string) =>
    progress === undefined && [expected, visible(expected)].some((one) => spaced(text) === spaced(one))
  const input = useRef<HTMLInputElement>(null)
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={onCancel}>
      <h2 id="confirm-title">{title}</h2>
      <OfService />
      {children}
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault()
          // Not as it was drawn last: who types quickly presses Enter before the last letter is.
          if (isReady(input.current?.value ?? '')) onConfirm()
        }}
      >
        <label for="confirm-typed">
          Type <span class="code typed">{expected}</span> to confirm
        </label>
        <input
          ref={input}
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
            Cancel
          </button>
          <button
            type="submit"
            class="danger"
            aria-disabled={!isReady(typed) || undefined}
            aria-busy={progress !== undefined || undefined}
          >
            {verb}
          </button>
        </div>
      </form>
    </dialog>
  )
}
