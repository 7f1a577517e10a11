import type { Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { Time } from '../parts/time.tsx'
import { CatchUpLimit } from './catch-up-limit.tsx'

/** Slots are counted up to this. */
const countedAtMost = 100_000

interface CatchingUpProps {
  readonly catchUp: Overview['catch_up']
  /** Called when the limit was changed. */
  onChange(): void
}

/** How many runs are late, as after an outage, when the last of them starts, and a button for their limit; nothing if none is. */
export function CatchingUp({ catchUp, onChange }: CatchingUpProps) {
  if (catchUp === null) return null
  const { late, per_second, ends_at } = catchUp
  return (
    <div class="catching-up">
      <p>
        Catching up: {count(late)}
        {late >= countedAtMost && ' or more'} late {late === 1 ? 'run' : 'runs'}
        {per_second !== null && `, ${count(per_second)} a second at most`}
        {ends_at === null ? (
          '. When the last of them starts is not known.'
        ) : (
          <>
            , done at about <Time at={ends_at} />.
          </>
        )}
      </p>
      <CatchUpLimit perSecond={per_second} onChange={onChange} />
    </div>
  )
}
