import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface MenuProps {
  /** What stands on the button. */
  readonly label: ComponentChildren
  /** The rest of the button's accessible name. */
  readonly more: string
  readonly title?: string | undefined
  readonly children: ComponentChildren
}

/**
 * A button that shows more buttons and links. It closes on Escape, when one of them is pressed, and when the focus or a
 * click goes elsewhere. A press first focuses the menu's button, so that a dialog it opens returns the focus there.
 */
export function Menu({ label, more, title, children }: MenuProps) {
  const [open, setOpen] = useState(false)
  const whole = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  // In a layout effect, because a press may follow immediately after painting.
  useLayoutEffect(() => {
    const root = whole.current
    if (!open || !root) return
    const close = () => setOpen(false)
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      // It closes nothing else.
      event.preventDefault()
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
      // Later, because a link that has left the page is not followed.
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
      <button ref={button} type="button" aria-expanded={open} title={title} onClick={() => setOpen(!open)}>
        {label} <span class="unseen">{more}</span>
      </button>
      {open && <div class="menu-list">{children}</div>}
    </div>
  )
}
