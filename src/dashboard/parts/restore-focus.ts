import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** What had the focus last. */
let last: EventTarget | null = null
addEventListener('focusin', ({ target }) => {
  last = target
})

/**
 * Moves the focus to `fallback` when the focused element has been removed from the page, for example with its row or
 * dialog. This is checked on each render of the calling component.
 */
export function useRestoreFocus(fallback: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const lost = last instanceof Node && !last.isConnected
    const to = fallback.current
    if (!lost || document.activeElement !== document.body || !to) return
    // By itself the browser would scroll to the middle of what is higher than the window.
    to.focus({ preventScroll: true })
    const { top, bottom } = to.getBoundingClientRect()
    if (bottom < 0 || top > innerHeight) to.scrollIntoView({ block: 'nearest' })
  })
}
