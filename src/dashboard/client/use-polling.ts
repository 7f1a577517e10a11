import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError } from './api.ts'
import { isUnreachable, noteAnswered, noteGone, noteLoaded, noteUnreachable } from './outage.ts'
import { serverNow } from './server-clock.ts'
import { session } from './session.ts'

/** After a load that failed, the next one comes at least this soon; also one that is not repeated, if there was no answer. */
const retrySeconds = 5

/** The state of data that is loaded again and again. */
export interface Polled<T> {
  /** The latest data. It stays during the next request, and if that fails. */
  readonly data?: T
  /** The error of the last request; undefined after a success. */
  readonly problem?: ApiError
  /** A new request is running, and `data` still belongs to the one before. */
  readonly busy: boolean
  reload(): void
}

/**
 * Loads data for a screen. Loads again when `key` changes, after a new sign-in and, with `everySeconds`, at that interval
 * while the tab is visible, or after 5 seconds if that is sooner and the last load failed. Without `everySeconds` it is loaded
 * again only until the server answers.
 * @param key identifies the data; `load` may be a new function on each render
 * @param everySeconds the interval, or a function that says it of the last data, undefined while there is none. It is asked after
 * each load: another interval alone loads nothing
 */
export function usePolling<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: string,
  everySeconds?: number | ((last: T | undefined) => number | undefined),
): Polled<T> {
  const [state, setState] = useState<Omit<Polled<T>, 'reload'>>({ busy: true })
  const [round, setRound] = useState(0)
  const readAt = useRef<number>(undefined)
  const [part] = useState(() => ({}))
  const latest = useRef({ load, everySeconds })
  latest.current = { load, everySeconds }
  const now = session.value
  const token = now.kind === 'in' ? now.token : undefined

  useEffect(() => () => noteGone(part), [])
  // key and round are dependencies only: a change of either loads again.
  useEffect(() => {
    if (token === undefined) return
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined
    let running = false
    let waiting = false
    let loaded: T | undefined
    const interval = () => {
      const { everySeconds: every } = latest.current
      return typeof every === 'function' ? every(loaded) : every
    }
    const run = async () => {
      if (running) return
      running = true
      clearTimeout(timer)
      let seconds: number | undefined
      try {
        const data = await latest.current.load(signal)
        if (!signal.aborted) {
          loaded = data
          seconds = interval()
          readAt.current = serverNow()
          noteLoaded(part, seconds === undefined ? undefined : readAt.current)
          setState({ data, busy: false })
        }
      } catch (error) {
        if (!signal.aborted) {
          const problem = asApiError(error)
          const again = interval() ?? (isUnreachable(problem) ? retrySeconds : undefined)
          seconds = again && Math.min(again, retrySeconds)
          if (isUnreachable(problem)) noteUnreachable(part, problem, serverNow(), readAt.current)
          else noteAnswered(part)
          setState((last) => ({ data: last.data, problem, busy: false }))
        }
      }
      running = false
      waiting = seconds !== undefined
      if (seconds && !signal.aborted && !document.hidden) timer = setTimeout(run, seconds * 1000)
    }
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer)
      else if (waiting) void run()
    }
    setState((last) => ({ ...last, busy: true }))
    void run()
    document.addEventListener('visibilitychange', onVisibility)
    addEventListener('online', onVisibility)
    return () => {
      controller.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
      removeEventListener('online', onVisibility)
    }
  }, [key, round, token])

  return { ...state, reload: () => setRound((last) => last + 1) }
}

/** Returns the value once it has not changed for `ms` milliseconds, so that typing does not send a request per letter. */
export function useDebounced<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return rested
}
