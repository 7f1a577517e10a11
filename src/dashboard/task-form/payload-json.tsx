import { prettyJson } from '../format/pretty-json.ts'

/**
 * Whether a payload that looks like JSON is JSON, as it is typed, and a button that puts it on lines. Nothing is forbidden:
 * a payload goes out as it stands.
 */
export function PayloadJson({ payload, change }: { payload: string; change: (payload: string) => void }) {
  if (!/^\s*[[{]/.test(payload)) return null
  const pretty = prettyJson(payload)
  return (
    <p class="hint" role="status">
      {pretty === undefined ? (
        <strong>This is not JSON yet: {whyNot(payload)}</strong>
      ) : (
        <>
          This is JSON.{' '}
          {pretty !== payload && (
            <button
              type="button"
              class="plain"
              onClick={() => {
                change(pretty)
                // The button goes; the focus stays with what it was about.
                document.getElementById('payload')?.focus()
              }}
            >
              Format it
            </button>
          )}
        </>
      )}
    </p>
  )
}

/** What the browser's parser says of it. */
function whyNot(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
