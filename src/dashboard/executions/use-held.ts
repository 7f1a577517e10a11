import { useRef, useState } from 'preact/hooks'
import type { ExecutionPage } from '../client/executions.ts'

interface Page extends ExecutionPage {
  /** Tells this page from others. */
  readonly key: string
}

interface Held {
  readonly data: Page | undefined
  /** How many runs are held back. */
  readonly newer: number
  showNewer(): void
}

/**
 * Holds a page of a list as it is while one of its rows is open, so that what is being read does not move: newer runs are counted and
 * not shown. Those that are shown are as they are now.
 * @param fresh the page as it is now
 * @param open the id of the open one, or ''
 * @param isFirst whether it is the first page, which newer runs are on
 * @param holds whether an open one is in a place where others move it
 */
export function useHeld(fresh: Page | undefined, open: string, isFirst: boolean, holds: boolean): Held {
  const held = useRef<Page>(undefined)
  const [, setReleased] = useState(0)
  const has = (page: Page | undefined) => page?.records.some(({ id }) => id === open)
  // A run that was just asked for is shown.
  if (!holds || open === '' || held.current?.key !== fresh?.key || (has(fresh) && !has(held.current)))
    held.current = fresh
  const kept = held.current
  if (!fresh || !kept || kept === fresh) return { data: fresh, newer: 0, showNewer() {} }
  const now = new Map(fresh.records.map((record) => [record.id, record]))
  const records = kept.records.map((record) => now.get(record.id) ?? record)
  return {
    data: { ...fresh, records },
    newer: isFirst ? countNewer(fresh, kept) : Math.max(0, fresh.total_count - kept.total_count),
    showNewer: () => {
      held.current = fresh
      setReleased((last) => last + 1)
    },
  }
}

/**
 * How many runs of a first page came after another one was read, by their places in the list: several may have one time. Attempts at
 * one run count once.
 */
function countNewer(fresh: Page, kept: Page): number {
  const known = new Set(kept.records.map(({ id }) => id))
  const last = fresh.records.findLastIndex(({ id }) => known.has(id))
  // Of more than a page the number of all tells.
  if (last === -1) return Math.max(fresh.records.length, fresh.total_count - kept.total_count)
  // Behind the last one stand older attempts.
  const newer = fresh.records.slice(0, last).filter(({ id }) => !known.has(id))
  return new Set(newer.map(({ slot_id }) => slot_id)).size
}
