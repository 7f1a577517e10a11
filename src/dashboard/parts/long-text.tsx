import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { hiddenIn } from '../client/visible.ts'

/**
 * Preformatted text. Long text scrolls, so the element can be focused by keyboard. Characters that do not show, or turn the text, are
 * written by their numbers, as everywhere; a button shows them as they are.
 */
export function LongText({ text }: { text: string }) {
  const [isRaw, setRaw] = useState(false)
  const hides = hiddenIn(text) !== undefined
  return (
    <>
      {hides && (
        <p class="hint">
          {isRaw
            ? 'It has characters that do not show or turn the text. They are there as they came. '
            : 'It has characters that do not show or turn the text. They are written by their numbers. '}
          <button type="button" class="plain" onClick={() => setRaw(!isRaw)}>
            {isRaw ? 'Write their numbers' : 'Show them as they came'}
          </button>
        </p>
      )}
      {hides && isRaw ? (
        <RawText text={text} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
        <pre class="text" tabIndex={0}>
          {text}
        </pre>
      )}
    </>
  )
}

/** A text with all of its characters. It is not drawn as children are, of which app/visible-text.ts makes hidden ones visible. */
function RawText({ text }: { text: string }) {
  const pre = useRef<HTMLPreElement>(null)
  useLayoutEffect(() => {
    if (pre.current) pre.current.textContent = text
  }, [text])
  // biome-ignore lint/a11y/noNoninteractiveTabindex: as above
  return <pre class="text" tabIndex={0} ref={pre} />
}
