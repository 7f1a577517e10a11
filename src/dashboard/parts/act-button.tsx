import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { showErrorToast } from './toast.tsx'

interface ActButtonProps {
  readonly busy: boolean
  /** Accessible name, if the text alone does not say what the button acts on. */
  readonly label?: string
  readonly class?: string
  /** Why it does nothing now, which is said when it is pressed. */
  readonly unless?: string | false
  readonly children: ComponentChildren
  onAct(): void
}

/**
 * A button for a request. While busy, or of no use, it is aria-disabled rather than disabled, so it keeps the focus. Of several that are
 * busy together, the one that was pressed is marked.
 */
export function ActButton({ busy, label, class: more, unless, children, onAct }: ActButtonProps) {
  const isPressed = useRef(false)
  if (!busy) isPressed.current = false
  return (
    <button
      type="button"
      class={more}
      aria-label={label}
      aria-disabled={busy || Boolean(unless) || undefined}
      aria-busy={(busy && isPressed.current) || undefined}
      title={unless || undefined}
      onClick={() => {
        if (unless) showErrorToast(unless)
        else if (!busy) {
          isPressed.current = true
          onAct()
        }
      }}
    >
      {children}
    </button>
  )
}
