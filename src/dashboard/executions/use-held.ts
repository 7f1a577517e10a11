import { useRef, useState } from 'preact/hooks'

/** A page of a list of runs. */
interface Page {
  /** Tells this page from others. */
  readonly key: string
  readonly records: readonly { readonly id: string; readonly slot_id: string }[]
  /** How many match on all pages, where that is known. */
  readonly total_count?: number
}

interface Held<P> {
  readonly data: P | undefined
  /** How many runs are held back; `isMore` if there may be more of them. */
  readonly newer: number
  readonly isMore: boolean
  /** How often newer ones were asked for: what is held beside the list is released by it, too. */
  readonly released: number
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
export function useHeld<P extends Page>(fresh: P | undefined, open: string, isFirst: boolean, holds: boolean): Held<P> {
  const held = useRef<P>(undefined)
  const [released, setReleased] = useState(0)
  const has = (page: Page | undefined) => page?.records.some(({ id }) => id === open)
  // A run that was just asked for is shown.
  if (!holds || open === '' || held.current?.key !== fresh?.key || (has(fresh) && !has(held.current)))
    held.current = fresh
  const kept = held.current
  if (!fresh || !kept || kept === fresh) return { data: fresh, newer: 0, isMore: false, released, showNewer() {} }
  const now = new Map(fresh.records.map((record) => [record.id, record]))
  const records = kept.records.map((record) => now.get(record.id) ?? record)
  const { total_count = 0 } = fresh
  const newer = isFirst ? countNewer(fresh, kept) : Math.max(0, total_count - (kept.total_count ?? 0))
  return {
    data: { ...kept, ...(fresh.total_count !== undefined && { total_count }), records },
    newer,
    isMore: fresh.total_count === undefined && newer === fresh.records.length,
    released,
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
  if (last === -1) return Math.max(fresh.records.length, (fresh.total_count ?? 0) - (kept.total_count ?? 0))
  // Behind the last one stand older attempts.
  const newer = fresh.records.slice(0, last).filter(({ id }) => !known.has(id))
  return new Set(newer.map(({ slot_id }) => slot_id)).size
}
