import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError } from './api.ts'
import { session } from './session.ts'

/** After a load that failed, the next one comes at least this soon. */
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
 * while the tab is visible, or after 5 seconds if that is sooner and the last load failed.
 * @param key identifies the data; `load` may be a new function on each render
 */
export function usePolling<T>(
  load: (signal: AbortSignal) => Promise<T>,
  key: string,
  everySeconds?: number,
): Polled<T> {
  const [state, setState] = useState<Omit<Polled<T>, 'reload'>>({ busy: true })
  const [round, setRound] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const now = session.value
  const token = now.kind === 'in' ? now.token : undefined

  // key and round are dependencies only: a change of either loads again.
  useEffect(() => {
    if (token === undefined) return
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined
    let running = false
    const run = async () => {
      if (running) return
      running = true
      clearTimeout(timer)
      let seconds = everySeconds
      try {
        const data = await latest.current(signal)
        if (!signal.aborted) setState({ data, busy: false })
      } catch (error) {
        seconds = everySeconds && Math.min(everySeconds, retrySeconds)
        if (!signal.aborted) setState((last) => ({ data: last.data, problem: asApiError(error), busy: false }))
      }
      running = false
      if (seconds && !signal.aborted && !document.hidden) timer = setTimeout(run, seconds * 1000)
    }
    const onVisibility = () => {
      if (document.hidden) clearTimeout(timer)
      else void run()
    }
    setState((last) => ({ ...last, busy: true }))
    void run()
    if (everySeconds) document.addEventListener('visibilitychange', onVisibility)
    return () => {
      controller.abort()
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
    }
  }, [key, round, token, everySeconds])

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
