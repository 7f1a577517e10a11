import type { ComponentChildren } from 'preact'

/** Text of any length as it is. Where it is long it scrolls by itself, and so must be reachable by keyboard. */
export function LongText({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
    <pre class="text" tabIndex={0}>
      {children}
    </pre>
  )
}
