import type { Overview } from '../client/api.ts'
import { count } from '../format/format-time.ts'
import { Time } from '../parts/time.tsx'

/** Slots are counted up to this. */
const countedAtMost = 100_000

/** How many runs are late, as after an outage, and when the last of them starts; nothing if none is. */
export function CatchingUp({ catchUp }: { catchUp: Overview['catch_up'] }) {
  if (catchUp === null) return null
  const { late, per_second, ends_at } = catchUp
  return (
    <p class="catching-up">
      Catching up: {count(late)}
      {late >= countedAtMost && ' or more'} late {late === 1 ? 'run' : 'runs'}
      {per_second !== null && `, ${count(per_second)} a second at most`}
      {ends_at !== null && (
        <>
          , done at about <Time at={ends_at} />
        </>
      )}
      .
    </p>
  )
}
