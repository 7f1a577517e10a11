/** How far each entry of the browser history was scrolled when it was left, by its position. */
const kept = new Map<number, number>()
/** A list has its height once it is loaded. */
const patienceMs = 5_000

// The browser would scroll before the list is there, and in vain.
history.scrollRestoration = 'manual'

/** Notes how far the page is scrolled that is left. */
export function keepScroll(position: number): void {
  kept.set(position, scrollY)
}

/** Forgets this entry of the history and those behind it: another takes their place. */
export function dropScroll(position: number): void {
  for (const at of kept.keys()) if (at >= position) kept.delete(at)
}

/**
 * Scrolls to where the reader left this entry of the history, as soon as the page is so high again, or to the top. It gives up
 * when the reader does something.
 * @returns stops it
 */
export function restoreScroll(position: number): () => void {
  const wanted = kept.get(position) ?? 0
  if (wanted === 0) {
    scrollTo(0, 0)
    return () => {}
  }
  const until = performance.now() + patienceMs
  const ends = ['wheel', 'touchstart', 'keydown', 'pointerdown']
  let frame = 0
  const stop = () => {
    cancelAnimationFrame(frame)
    for (const end of ends) removeEventListener(end, stop)
  }
  const look = () => {
    const isHigh = document.documentElement.scrollHeight - innerHeight >= wanted
    if (isHigh) scrollTo(0, wanted)
    if (isHigh || performance.now() > until) stop()
    else frame = requestAnimationFrame(look)
  }
  for (const end of ends) addEventListener(end, stop, { passive: true })
  look()
  return stop
}
