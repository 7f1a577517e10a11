import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Shows a dialog as a modal one as long as the calling component is on the page. Then what had the focus before has it again: the
 * browser gives it back only for a dialog that is closed, and not for one that is removed.
 * @returns the ref for the dialog
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (document.activeElement === document.body && before instanceof HTMLElement)
        before.focus({ preventScroll: true })
    }
  }, [])
  return dialog
}
