import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { currentRoute } from '../client/navigation.ts'
import { hrefOf } from '../client/route.ts'

/**
 * Shows a dialog as a modal one as long as the calling component is on the page. Then what had the focus before has it again: the
 * browser gives it back only for a dialog that is closed, and not for one that is removed. A change of the address, such as by Back,
 * closes it.
 * @returns the ref for the dialog
 */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const shown = dialog.current
    shown?.showModal()
    const at = hrefOf(currentRoute.peek())
    const stop = currentRoute.subscribe((route) => {
      if (hrefOf(route) !== at) shown?.close()
    })
    return () => {
      stop()
      if (document.activeElement === document.body && before instanceof HTMLElement)
        before.focus({ preventScroll: true })
    }
  }, [])
  return dialog
}
