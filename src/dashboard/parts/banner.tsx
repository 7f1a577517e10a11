import type { ComponentChildren } from 'preact'

/** Something the reader must know about what stands below it. */
export function Banner({ children, bad = false }: { children: ComponentChildren; bad?: boolean }) {
  return (
    <div class={bad ? 'banner bad' : 'banner'} role="alert">
      {children}
    </div>
  )
}
