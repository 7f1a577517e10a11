import { useEffect, useState } from 'preact/hooks'

const listeners = new Set<(now: number) => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One timer for all that ticks, and none while nobody looks. */
function updateTimer(): void {
  const wanted = listeners.size > 0 && !document.hidden
  if (!wanted) {
    clearInterval(timer)
    timer = undefined
  } else if (timer === undefined) {
    tick()
    timer = setInterval(tick, 1_000)
  }
}

function tick(): void {
  const now = Date.now()
  for (const listener of listeners) listener(now)
}

/** The time, new each second while the tab is visible. Only the component that asks is drawn again. */
export function useClock(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (listeners.size === 0) document.addEventListener('visibilitychange', updateTimer)
    listeners.add(setNow)
    updateTimer()
    return () => {
      listeners.delete(setNow)
      if (listeners.size === 0) document.removeEventListener('visibilitychange', updateTimer)
      updateTimer()
    }
  }, [])
  return now
}
