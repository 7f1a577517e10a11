import type { RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { preference } from '../client/preference.ts'
import type { SearchKind } from '../client/search-words.ts'
import { session } from '../client/session.ts'
import { isTyping } from '../parts/is-typing.ts'
import { KeysDialog } from './keys-dialog.tsx'

/** Whether letters are shortcuts: a reader who speaks to the browser, or whose hand slips, can switch them off (WCAG 2.1.4). */
const letters = preference('shortcuts', 'on')

interface ListKeysProps {
  readonly list: RefObject<HTMLTableElement | null>
  /** Selects the link of a row that opens it. */
  readonly link: string
  readonly search: SearchKind
  /** Undefined for a reader who may not. */
  onSelect?: ((row: HTMLTableRowElement) => void) | undefined
  /** Undefined for a reader who may not. @param index of the row, without rows that have no link */
  readonly onRun: ((row: HTMLTableRowElement, index: number) => void) | undefined
}

/** Shortcuts of a list, and a button that says which there are. Nothing is a shortcut while the reader types or a dialog is open. */
export function ListKeys(props: ListKeysProps) {
  const [isAsked, setAsked] = useState(false)
  /** At once, where the dialog opens with the next drawing. */
  const asked = useRef(false)
  const ask = (now: boolean) => {
    asked.current = now
    setAsked(now)
  }
  const latest = useRef(props)
  latest.current = props
  /** Where the reader was, while the focus is elsewhere. */
  const last = useRef<HTMLElement>(undefined)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (letters.value === 'off' || event.defaultPrevented || event.isComposing) return
      // The page is hidden behind the sign-in.
      if (session.value.kind !== 'in') return
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (asked.current || document.querySelector('dialog[open]')) return
      const { list, link, onSelect, onRun } = latest.current
      const links = [...(list.current?.querySelectorAll<HTMLElement>(link) ?? [])]
      const at = positionOf(links, list.current, last.current)
      const move = (to: number) => {
        last.current = links[Math.min(Math.max(0, to), links.length - 1)]
        last.current?.focus()
      }
      const row = links[at]?.closest('tr')
      if (event.key === '/') {
        const input = document.querySelector<HTMLInputElement>('search input[type="search"]')
        input?.focus()
        input?.select()
      } else if (event.key === '?') ask(true)
      else if (event.key === 'j') move(at + 1)
      else if (event.key === 'k') move(at - 1)
      else if (event.repeat || !row || !list.current?.contains(document.activeElement)) return
      else if (event.key === 'o') links[at]?.click()
      else if (event.key === 'x' && onSelect) onSelect(row)
      else if (event.key === 'r' && onRun) onRun(row, at)
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <p class="list-keys">
      <button type="button" class="plain" onClick={() => ask(true)}>
        Keyboard shortcuts
      </button>
      {isAsked && (
        <KeysDialog
          search={props.search}
          canSelect={props.onSelect !== undefined}
          canRun={props.onRun !== undefined}
          letters={letters}
          onClose={() => ask(false)}
        />
      )}
    </p>
  )
}

/** The row that has the focus or had it last, or the one above what is opened below a row; -1 for none. */
function positionOf(links: readonly HTMLElement[], list: HTMLElement | null, last: HTMLElement | undefined): number {
  const focused = document.activeElement
  if (!focused || focused === list || !list?.contains(focused)) return last ? links.indexOf(last) : -1
  return links.findLastIndex(
    (link) =>
      link.closest('tr')?.contains(focused) || link.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING,
  )
}
