import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { useRestoreFocus } from './restore-focus.ts'

/** Stands in place of a list without rows, and takes the focus if that was on the last row. */
export function Empty({ children }: { children: ComponentChildren }) {
  const paragraph = useRef<HTMLParagraphElement>(null)
  useRestoreFocus(paragraph)
  return (
    <p class="empty" tabIndex={-1} ref={paragraph}>
      {children}
    </p>
  )
}
