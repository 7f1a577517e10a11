import type { ApiError } from '../client/api.ts'
import { isUnreachable, outage } from '../client/outage.ts'
import { localClock, utcTime } from '../format/format-time.ts'
import { Banner } from './banner.tsx'

export { isUnreachable }

/** Says why a part of the screen could not be loaded, if the server answered that. Of an outage the whole page is told once. */
export function StaleBanner({ problem }: { problem: ApiError | undefined }) {
  return problem && !isUnreachable(problem) ? <Banner bad>{problem.message}</Banner> : null
}

/** Says that the server cannot be reached, since when, and of when is what the page shows; renders nothing if it can be. */
export function OutageBanner() {
  const told = outage.value
  if (!told) return null
  const { problem, since, readAt } = told
  return (
    <Banner bad>
      <span>
        {problem.status === 0 ? (
          <>
            No connection since <Clock at={since} />, trying again.
          </>
        ) : (
          <>
            {problem.message} It has been so since <Clock at={since} />; trying again.
          </>
        )}{' '}
        {readAt === undefined ? (
          'Nothing could be read yet.'
        ) : (
          <>
            What stands here is of <Clock at={readAt} />.
          </>
        )}
      </span>
    </Banner>
  )
}

const Clock = ({ at }: { at: number }) => <time title={utcTime(new Date(at).toISOString())}>{localClock(at)}</time>
