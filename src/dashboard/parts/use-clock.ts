import { signal } from '@preact/signals'

/** The time in ms since 1970, updated each second while a component on a visible page reads it. */
const second = signal(Date.now(), { watched, unwatched })

let timer: ReturnType<typeof setInterval> | undefined

function watched(): void {
  document.addEventListener('visibilitychange', run)
  run()
}

function unwatched(): void {
  document.removeEventListener('visibilitychange', run)
  stop()
}

/** Starts the timer, or stops it while the page is hidden. */
function run(): void {
  stop()
  if (document.hidden) return
  tick()
  timer = setInterval(tick, 1_000)
}

function tick(): void {
  second.value = Date.now()
}

function stop(): void {
  clearInterval(timer)
}

/** The time in ms since 1970. The component that calls this is rendered each second while the page is visible. */
export function useClock(): number {
  return second.value
}
