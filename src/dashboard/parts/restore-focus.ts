import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

/**
 * When what had the focus has left the page, with its row or with its dialog, the focus goes to `fallback` and not to the
 * start of the page. It is looked after whenever the component that uses this is drawn.
 */
export function useRestoreFocus(fallback: RefObject<HTMLElement | null>): void {
  const last = useRef<EventTarget>(null)
  // Before the page is shown: what is pressed right then has the focus before any later effect runs.
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
