import { useLayoutEffect, useRef } from 'preact/hooks'
import { isTyping } from './is-typing.ts'

/**
 * Calls `leave` when Escape is pressed as long as the calling component is on the page, unless the key is for something nearer: a
 * dialog, a menu, or an input.
 */
export function useEscape(leave: () => void): void {
  const latest = useRef(leave)
  latest.current = leave
  // In a layout effect, because the key may be pressed immediately after painting.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      if (isTyping(event.target) || document.querySelector('dialog[open]')) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

/**
 * What Escape does in the input of a search: a text is emptied, as some browsers do by themselves; an empty one is left for the list that
 * it searches.
 */
export function leaveSearch(event: KeyboardEvent): void {
  const input = event.currentTarget
  if (event.key !== 'Escape' || event.isComposing || !(input instanceof HTMLInputElement)) return
  event.preventDefault()
  if (input.value !== '') {
    input.value = ''
    input.dispatchEvent(new InputEvent('input', { bubbles: true }))
    return
  }
  const list = document.querySelector<HTMLElement>('main .rows[tabindex]') ?? document.getElementById('main')
  list?.focus({ preventScroll: true })
}
