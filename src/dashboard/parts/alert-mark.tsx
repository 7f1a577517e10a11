import type { OpenAlert } from '../client/api.ts'
import { hrefOf, openAlertsRoute } from '../client/route.ts'
import { alertKindLabel } from '../format/alert-labels.ts'
import { fullTime, plainTime } from '../format/time-of-day.ts'

/** A triangle with an exclamation mark. */
export function AlertIcon() {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path fill-rule="evenodd" d="M6 .6l5.7 10.6H.3zM5.3 4.2h1.4v3.3H5.3zM5.3 8.4h1.4v1.4H5.3z" />
    </svg>
  )
}

interface MarkProps {
  readonly taskId: string
  readonly alert: OpenAlert
  /** Whether only its icon is seen: what is wrong, and since when, stands beside it, or has no room. */
  readonly short?: boolean
}

/** An open alert of a task: what is wrong and since when, as a link to it. */
export function AlertMark({ taskId, alert, short = false }: MarkProps) {
  const { kind, since, muted_until } = alert
  const title = short ? `${alertKindLabel[kind]} since ${fullTime(since)}` : undefined
  return (
    <a class="alert-mark" title={title} href={hrefOf({ ...openAlertsRoute, state: 'all', task: taskId })}>
      <AlertIcon />
      <span class={short ? 'unseen' : undefined}>
        <span class="unseen">Alert: </span>
        {alertKindLabel[kind]} since{' '}
        <time dateTime={since} title={fullTime(since)}>
          {plainTime(since)}
        </time>
        {muted_until !== null && ', '}
      </span>
      {muted_until !== null && 'muted'}
    </a>
  )
}
