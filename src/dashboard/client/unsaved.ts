import { signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'

/** The forms on the page with something typed that is not saved, and what is shown once, with the word for it. */
const unsaved = new Map<object, string | undefined>()

/** Where the reader is about to go, away from what is not saved. */
export interface Departure {
  /** Goes there; what was typed is lost. */
  leave(): void
  /** What is lost that is shown once, such as `token`; undefined for what was typed. */
  readonly shownOnce: string | undefined
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
  const [shownOnce] = unsaved.values()
  departure.value = {
    shownOnce,
    leave: () => {
      unsaved.clear()
      departure.value = undefined
      leave()
    },
    focused: pressed ? focused : null,
  }
}

/**
 * Has the page ask before the calling form is left, while it holds something that is not saved.
 * @param shownOnce the word for what it shows once, such as `token`; undefined for what was typed
 */
export function useUnsaved(isTyped: boolean, shownOnce?: string): void {
  useLayoutEffect(() => {
    if (!isTyped) return
    const form = {}
    unsaved.set(form, shownOnce)
    return () => {
      unsaved.delete(form)
    }
  }, [isTyped, shownOnce])
}
