import type { ComponentChildren } from 'preact'

/** Preformatted text. Long text scrolls, so the element can be focused by keyboard. */
export function LongText({ children }: { children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
    <pre class="text" tabIndex={0}>
      {children}
    </pre>
  )
}
