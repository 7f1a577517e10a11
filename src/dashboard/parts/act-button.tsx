import type { ComponentChildren } from 'preact'

interface ActButtonProps {
  readonly busy: boolean
  /** The whole of what it does, for those who do not see what it stands beside. */
  readonly label?: string
  readonly class?: string
  readonly children: ComponentChildren
  onAct(): void
}

/** A button that does something on the server. While it is at it, it keeps the focus, which a disabled one would lose. */
export function ActButton({ busy, label, class: more, children, onAct }: ActButtonProps) {
  return (
    <button
      type="button"
      class={more}
      aria-label={label}
      aria-disabled={busy || undefined}
      onClick={() => {
        if (!busy) onAct()
      }}
    >
      {children}
    </button>
  )
}
