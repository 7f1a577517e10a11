import { useLayoutEffect, useRef } from 'preact/hooks'
import { channelsRoute, hrefOf } from '../client/route.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'

/** The secret of a new webhook, which cannot be shown again. */
export function ChannelSecret({ name, secret }: { name: string; secret: string }) {
  const field = useRef<HTMLInputElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  // The form was removed, and with it the element that had the focus.
  useLayoutEffect(() => heading.current?.focus(), [])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(secret)
      showToast('Copied the secret.')
    } catch {
      // Browsers provide no clipboard to pages over plain HTTP.
      field.current?.select()
      showErrorToast('The browser does not let this page copy: the secret is selected, copy it yourself.')
    }
  }
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        Created “{name}”
      </h1>
      <div class="task-form">
        <div class="field">
          <label for="channel-secret">Secret</label>
          <div class="with-button secret">
            <input
              ref={field}
              id="channel-secret"
              class="code"
              readOnly
              autocomplete="off"
              spellcheck={false}
              aria-describedby="channel-secret-hint"
              value={secret}
            />
            <button type="button" onClick={copy}>
              Copy
            </button>
          </div>
          <p class="hint" id="channel-secret-hint">
            <strong>It is shown this once.</strong> The receiver verifies with it that a request comes from Duly, by
            Standard Webhooks.
          </p>
        </div>
        <div class="actions">
          <a class="button main" href={hrefOf(channelsRoute)}>
            I have stored it
          </a>
        </div>
      </div>
    </>
  )
}
