import { useEffect, useRef, useState } from 'preact/hooks'
import { type ApiError, asApiError } from './api.ts'
import { session } from './session.ts'

export interface Polled<T> {
  /** The last that came; it stays while the next is on its way, and while it cannot be had. */
  readonly data?: T
  /** Why the last try failed; gone at the next that succeeds. */
  readonly problem?: ApiError
  /** Something else was asked for, and `data` is still the old answer. */
  readonly busy: boolean
  reload(): void
}

/**
 * Loads what a screen shows, again whenever `key` changes or somebody signs in anew, and, with `everySeconds`, again
 * and again while the tab is visible.
 * @param key names what is loaded; `load` itself may be a new function at each drawing
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

  // key and round are not read: they say when to load anew.
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
      try {
        const data = await latest.current(signal)
        if (!signal.aborted) setState({ data, busy: false })
      } catch (error) {
        if (!signal.aborted) setState((last) => ({ data: last.data, problem: asApiError(error), busy: false }))
      }
      running = false
      if (everySeconds && !signal.aborted && !document.hidden) timer = setTimeout(run, everySeconds * 1000)
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

/** The value as it was when it last rested for `ms`: what is typed is not sent letter by letter. */
export function useDebounced<T>(value: T, ms: number): T {
  const [rested, setRested] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return rested
}
