import { useRef, useState } from 'preact/hooks'
import { mask } from '../../formats/secret-mask.ts'
import { served } from '../client/address.ts'
import { session } from '../client/session.ts'
import { showErrorToast, showToast } from '../parts/toast.tsx'
import { curlLine } from './curl.ts'
import type { FormRequest } from './request-body.ts'

/** The form's request as a curl command. The token is left out, because commands end up in shell histories and chats. */
export function CurlCommand({ request }: { request: FormRequest | undefined }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a curl command</summary>
      {open &&
        (request ? <Line request={request} /> : <p class="hint">Nothing is changed, so there is nothing to send.</p>)}
    </details>
  )
}

function Line({ request }: { request: FormRequest }) {
  const now = session.value
  const field = useRef<HTMLTextAreaElement>(null)
  const line = curlLine(served, now.kind === 'out' ? '' : now.serviceId, request)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line)
      showToast('Copied the curl command.')
    } catch {
      // Browsers provide no clipboard to pages over plain HTTP.
      field.current?.select()
      showErrorToast('The browser does not let this page copy: the command is selected, copy it yourself.')
    }
  }
  return (
    <div class="curl">
      <textarea
        ref={field}
        class="code"
        readOnly
        rows={4}
        spellcheck={false}
        aria-label="The curl command"
        value={line}
      />
      <div class="actions">
        <button type="button" onClick={copy}>
          Copy
        </button>
        <p class="hint">
          The token stands there as $TOKEN. Give it to your shell first: <code>read -rs TOKEN</code>
          {keepsSecret(request) && (
            <>
              {' '}
              The value <code>{mask}</code> keeps what is stored.
            </>
          )}
        </p>
      </div>
    </div>
  )
}

const keepsSecret = ({ body }: FormRequest) => 'header' in body && Object.values(body.header ?? {}).includes(mask)
