import type { ComponentChildren } from 'preact'

interface ActButtonProps {
  readonly busy: boolean
  /** Accessible name, if the text alone does not say what the button acts on. */
  readonly label?: string
  readonly class?: string
  readonly children: ComponentChildren
  onAct(): void
}

/** A button for a request. While busy it is aria-disabled rather than disabled, so it keeps the focus. */
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
