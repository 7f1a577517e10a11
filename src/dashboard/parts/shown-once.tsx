import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { navigate } from '../client/navigation.ts'
import { hrefOf, type Route } from '../client/route.ts'
import { useUnsaved } from '../client/unsaved.ts'
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
  const [isCopied, setCopied] = useState(false)
  useUnsaved(!isCopied, what)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value)
      setCopied(true)
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
          <a
            class="button main"
            href={hrefOf(next)}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
              // Without being asked whether it is stored.
              event.preventDefault()
              navigate(next)
            }}
          >
            I have stored it
          </a>
        </div>
      </div>
    </>
  )
}
