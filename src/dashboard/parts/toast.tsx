import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiError, asApiError } from '../client/api.ts'
import { lateCommands } from '../client/late.ts'

interface Message {
  readonly text: string
  readonly bad: boolean
}

const message = signal<Message | undefined>(undefined)

/** Shows a message of success in a corner of the page for six seconds. */
export function showToast(text: string): void {
  message.value = { text, bad: false }
}

/**
 * Shows a message of failure in a corner of the page, until it is closed or replaced.
 * @param what says what was not done; left out where `error` says that it may have been
 */
export function showErrorToast(what: string, error?: unknown): void {
  message.value = { text: error === undefined ? what : told(what, asApiError(error)), bad: true }
}

const told = (what: string, { isInDoubt, message }: ApiError) => (isInDoubt ? message : `${what} ${message}`)

/** Closes the message. */
function closeToast(): void {
  message.value = undefined
}

const shownFor = 6_000

/** The live region for messages. It is always rendered, so that screen readers announce them. */
export function Toast() {
  const current = message.value
  useEffect(() => {
    if (!current || current.bad) return
    const timer = setTimeout(closeToast, shownFor)
    return () => clearTimeout(timer)
  }, [current])
  return (
    <div class="toast" role="status">
      {lateCommands.value > 0 && (
        <div class="message">Waiting for Duly to answer. Pressing again sends nothing more.</div>
      )}
      {current && (
        <div class={current.bad ? 'message bad' : 'message'}>
          <span>{current.text}</span>
          <button type="button" class="plain" onClick={closeToast}>
            Close
          </button>
        </div>
      )}
    </div>
  )
}
