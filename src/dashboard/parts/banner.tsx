import type { ComponentChildren } from 'preact'

/** An important message about the content below it. */
export function Banner({ children, bad = false }: { children: ComponentChildren; bad?: boolean }) {
  return (
    <div class={bad ? 'banner bad' : 'banner'} role="alert">
      {children}
    </div>
  )
}
