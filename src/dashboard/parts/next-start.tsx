import type { Execution, Task } from '../client/api.ts'
import { serverNow } from '../client/server-clock.ts'
import { isUnderWay } from '../client/under-way.ts'
import { Countdown } from './countdown.tsx'

interface NextStartProps {
  readonly at: NonNullable<Task['starts_at']>
  /** Its newest executions. */
  readonly newest: readonly Pick<Execution, 'status' | 'queued_for'>[]
}

/**
 * When an active task starts next. A slot in the past, of which a run goes on, was not missed: what comes next is the end of that
 * run, or its next attempt.
 */
export function NextStart({ at, newest }: NextStartProps) {
  const open = Date.parse(at) <= serverNow() ? newest.find(isUnderWay) : undefined
  if (!open) return <Countdown at={at} />
  if (open.queued_for === null) return <>running now</>
  return (
    <>
      next attempt <Countdown at={open.queued_for} />
    </>
  )
}
