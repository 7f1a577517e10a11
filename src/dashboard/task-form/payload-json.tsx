import { prettyJson } from '../format/pretty-json.ts'

/**
 * Says whether a payload that looks like JSON is valid, with a button that formats it. Invalid JSON can still be saved:
 * payloads are sent as they are.
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
                // The button disappears; its input takes the focus.
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

/** The message of the browser's JSON parser. */
function whyNot(text: string): string {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}
