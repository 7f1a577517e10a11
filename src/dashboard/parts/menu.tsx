import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface MenuProps {
  /** What the button says to those who do not see it. */
  readonly label: string
  readonly children: ComponentChildren
}

/**
 * A button that shows more buttons and links. Escape, a press of any of them and a look elsewhere close it; what is
 * pressed finds the focus on the menu's own button, so that a dialog it opens gives the focus back to what is visible.
 */
export function Menu({ label, children }: MenuProps) {
  const [open, setOpen] = useState(false)
  const whole = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  // Before it is painted: what is pressed right after must find it.
  useLayoutEffect(() => {
    const root = whole.current
    if (!open || !root) return
    const close = () => setOpen(false)
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      button.current?.focus()
      close()
    }
    const onFocus = (event: FocusEvent) => {
      if (event.relatedTarget instanceof Node && !root.contains(event.relatedTarget)) close()
    }
    const onPress = (event: Event) => {
      if (event.target instanceof Node && !root.contains(event.target)) close()
    }
    const onChoice = (event: Event) => {
      if (!(event.target instanceof Element) || !event.target.closest('.menu-list > *')) return
      button.current?.focus()
      // Not at once: a link that is no longer in the page leads nowhere.
      setTimeout(close)
    }
    root.addEventListener('keydown', onKey)
    root.addEventListener('focusout', onFocus)
    root.addEventListener('click', onChoice)
    document.addEventListener('pointerdown', onPress)
    return () => {
      root.removeEventListener('keydown', onKey)
      root.removeEventListener('focusout', onFocus)
      root.removeEventListener('click', onChoice)
      document.removeEventListener('pointerdown', onPress)
    }
  }, [open])
  return (
    <div class="menu" ref={whole}>
      <button ref={button} type="button" aria-expanded={open} aria-label={label} onClick={() => setOpen(!open)}>
        More
      </button>
      {open && <div class="menu-list">{children}</div>}
    </div>
  )
}
