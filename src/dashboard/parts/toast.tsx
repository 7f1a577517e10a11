import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { asApiError } from '../client/api.ts'

interface Message {
  readonly text: string
  readonly bad: boolean
}

const message = signal<Message | undefined>(undefined)

/** Says in a corner of the page that something was done. It goes by itself. */
export function showToast(text: string): void {
  message.value = { text, bad: false }
}

/** Says in a corner of the page that something was not done. It stays until it is closed or the next one comes. */
export function showErrorToast(what: string, error?: unknown): void {
  message.value = { text: error === undefined ? what : `${what} ${asApiError(error).message}`, bad: true }
}

export function closeToast(): void {
  message.value = undefined
}

const shownFor = 6_000

/** The corner. It is always there, so that screen readers hear what comes into it. */
export function Toast() {
  const current = message.value
  useEffect(() => {
    if (!current || current.bad) return
    const timer = setTimeout(closeToast, shownFor)
    return () => clearTimeout(timer)
  }, [current])
  return (
    <div class="corner" role="status">
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
