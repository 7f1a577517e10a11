/** Where the reader was in an entry of the browser history when it was left. */
interface Place {
  /** How far it was scrolled, in px. */
  readonly top: number
  /** The address of the link of the screen that had the focus, and how many before it lead there too. */
  readonly link?: { readonly href: string; readonly nth: number }
}

/** By the position of the entry. */
const kept = new Map<number, Place>()
/** A list has its height, and its links, once it is loaded. */
const patienceMs = 5_000

// The browser would scroll before the list is there, and in vain.
history.scrollRestoration = 'manual'

/** The links of the screen that lead to a place. */
const linksTo = (href: string) => [...document.querySelectorAll<HTMLElement>(`main a[href="${CSS.escape(href)}"]`)]

/** Notes how far the page is scrolled that is left, and the link by which that is. */
export function keepPlace(position: number): void {
  const focused = document.activeElement
  const href = focused instanceof HTMLElement ? focused.getAttribute('href') : null
  const nth = href === null || !(focused instanceof HTMLElement) ? -1 : linksTo(href).indexOf(focused)
  kept.set(position, { top: scrollY, ...(href !== null && nth >= 0 && { link: { href, nth } }) })
}

/** Forgets this entry of the history and those behind it: another takes their place. */
export function dropPlaces(position: number): void {
  for (const at of kept.keys()) if (at >= position) kept.delete(at)
}

/**
 * Scrolls to where the reader left this entry of the history, as soon as the page is so high again, or to the top, and puts the focus
 * on the link by which it was left, as soon and as far as there is one. It gives up when the reader does something.
 * @returns stops it
 */
export function restorePlace(position: number): () => void {
  const { top, link } = kept.get(position) ?? { top: 0 }
  let scrolls = true
  let focuses = link !== undefined
  const until = performance.now() + patienceMs
  const ends = ['wheel', 'touchstart', 'keydown', 'pointerdown']
  let frame = 0
  const stop = () => {
    cancelAnimationFrame(frame)
    for (const end of ends) removeEventListener(end, stop)
  }
  const look = () => {
    if (scrolls && document.documentElement.scrollHeight - innerHeight >= top) {
      scrollTo(0, top)
      scrolls = false
    }
    const links = link && focuses ? linksTo(link.href) : []
    if (links.length > 0) {
      // Only where the screen as a whole has it.
      if (document.activeElement?.contains(links[0] ?? null))
        (links[link?.nth ?? 0] ?? links[0])?.focus({ preventScroll: true })
      focuses = false
    }
    if ((!scrolls && !focuses) || performance.now() > until) stop()
    else frame = requestAnimationFrame(look)
  }
  for (const end of ends) addEventListener(end, stop, { passive: true })
  look()
  return stop
}
