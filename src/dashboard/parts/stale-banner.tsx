import { useRef } from 'preact/hooks'
import type { ApiError } from '../client/api.ts'
import { localClock, utcTime } from '../format/format-time.ts'
import { Banner } from './banner.tsx'

/** Whether the server cannot be reached for now. False for an error that it answered. */
export function isUnreachable(problem: ApiError | undefined): boolean {
  return problem !== undefined && (problem.status === 0 || problem.status >= 502)
}

/** Says why the data below is stale, and since when; renders nothing without a problem. */
export function StaleBanner({ problem }: { problem: ApiError | undefined }) {
  const since = useRef<number>(undefined)
  if (!isUnreachable(problem)) since.current = undefined
  else since.current ??= Date.now()
  if (!problem) return null
  if (since.current === undefined) return <Banner bad>{problem.message}</Banner>
  const clock = <time title={utcTime(new Date(since.current).toISOString())}>{localClock(since.current)}</time>
  return (
    <Banner bad>
      {problem.status === 0 ? (
        <span>No connection since {clock}, trying again. What stands here is as it was then.</span>
      ) : (
        <span>
          {problem.message} It has been so since {clock}; trying again.
        </span>
      )}
    </Banner>
  )
}
