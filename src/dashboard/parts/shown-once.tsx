import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { hrefOf, type Route } from '../client/route.ts'
import { showErrorToast, showToast } from './toast.tsx'

interface ShownOnceProps {
  /** What was created. */
  readonly title: string
  /** What is shown: `Secret`. */
  readonly label: string
  readonly value: string
  /** What it is for. */
  readonly children: ComponentChildren
  /** Where the reader goes on, once it is stored. */
  readonly next: Route
}

/** What cannot be shown again, in place of the form that created it, with a button that copies it. */
export function ShownOnce({ title, label, value, children, next }: ShownOnceProps) {
  const field = useRef<HTMLInputElement>(null)
  const heading = useRef<HTMLHeadingElement>(null)
  // The form was removed, and with it the element that had the focus.
  useLayoutEffect(() => heading.current?.focus(), [])
  const what = label.toLowerCase()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      showToast(`Copied the ${what}.`)
    } catch {
      // Browsers provide no clipboard to pages over plain HTTP.
      field.current?.select()
      showErrorToast(`The browser does not let this page copy: the ${what} is selected, copy it yourself.`)
    }
  }
  return (
    <>
      <h1 tabIndex={-1} ref={heading}>
        {title}
      </h1>
      <div class="task-form">
        <div class="field">
          <label for="shown-once">{label}</label>
          <div class="with-button secret">
            <input
              ref={field}
              id="shown-once"
              class="code"
              readOnly
              autocomplete="off"
              spellcheck={false}
              aria-describedby="shown-once-hint"
              value={value}
            />
            <button type="button" onClick={copy}>
              Copy
            </button>
          </div>
          <p class="hint" id="shown-once-hint">
            <strong>It is shown this once.</strong> {children}
          </p>
        </div>
        <div class="actions">
          <a class="button main" href={hrefOf(next)}>
            I have stored it
          </a>
        </div>
      </div>
    </>
  )
}
