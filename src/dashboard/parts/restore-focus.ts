import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/**
 * Moves the focus to `fallback` when the focused element has been removed from the page, for example with its row or
 * dialog. This is checked on each render of the calling component.
 */
export function useRestoreFocus(fallback: RefObject<HTMLElement | null>): void {
  const last = useRef<EventTarget>(null)
  // In a layout effect, because an element may be focused before later effects run.
  useLayoutEffect(() => {
    const note = ({ target }: FocusEvent) => {
      last.current = target
    }
    document.addEventListener('focusin', note)
    return () => document.removeEventListener('focusin', note)
  }, [])
  useEffect(() => {
    const lost = last.current instanceof Node && !last.current.isConnected
    if (!lost || document.activeElement !== document.body) return
    last.current = null
    fallback.current?.focus()
  })
}
