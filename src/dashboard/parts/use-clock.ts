import { signal } from '@preact/signals'
import { serverNow } from '../client/server-clock.ts'

/** The server's time in ms since 1970, updated each second while a component on a visible page reads it. */
const second = signal(serverNow(), { watched, unwatched })

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
  second.value = serverNow()
}

function stop(): void {
  clearInterval(timer)
}

/** The server's time in ms since 1970. The component that calls this is rendered each second while the page is visible. */
export function useClock(): number {
  return second.value
}
