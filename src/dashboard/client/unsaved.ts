import { signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** The forms on the page with something typed that is not saved. */
const unsaved = new Set<object>()

/** Where the reader is about to go, away from what is not saved. */
export interface Departure {
  /** Goes there; what was typed is lost. */
  leave(): void
  /** What had the focus before, if a press of the mouse has moved it. */
  readonly focused: Element | null
}

/** The departure that the page asks about; undefined if none. */
export const departure = signal<Departure | undefined>(undefined)

let focused: Element | null = null
addEventListener('pointerdown', () => {
  focused = document.activeElement
})

addEventListener('beforeunload', (event) => {
  if (unsaved.size > 0) event.preventDefault()
})

/** Whether a form on the page holds something that is not saved. */
export const isUnsaved = () => unsaved.size > 0

/**
 * Does `leave`, which removes the forms of the page: at once if they hold nothing unsaved, otherwise when the reader says so.
 * @param pressed whether the mouse was pressed for it
 */
export function askToLeave(leave: () => void, pressed = false): void {
  if (unsaved.size === 0) {
    leave()
    return
  }
  departure.value = {
    leave: () => {
      unsaved.clear()
      departure.value = undefined
      leave()
    },
    focused: pressed ? focused : null,
  }
}

/** Has the page ask before the calling form is left, while it holds something that is not saved. */
export function useUnsaved(isTyped: boolean): void {
  useLayoutEffect(() => {
    if (!isTyped) return
    const form = {}
    unsaved.add(form)
    return () => {
      unsaved.delete(form)
    }
  }, [isTyped])
}
