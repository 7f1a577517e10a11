import type { Execution } from '../client/api.ts'
import { duration } from '../format/format-time.ts'
import { Fact } from '../parts/fact.tsx'

/** How long the parts of a call took, and whether it was sent twice. Parts of less than half a millisecond are left out. */
export function Timings({ execution }: { execution: Execution }) {
  const { status_code, duration_ms, waited_ms, lookup_ms, answer_ms, sent_twice } = execution
  const body_ms = (duration_ms ?? 0) - (lookup_ms ?? 0) - (answer_ms ?? 0)
  const parts = [
    part('waited for its turn', waited_ms),
    part('look-up', lookup_ms),
    part(status_code === null ? 'waited for the answer' : 'until the answer began', answer_ms),
    part('until its end', answer_ms === null || status_code === null ? null : body_ms),
  ].filter(Boolean)
  return (
    <>
      {parts.length > 0 && <Fact name="Time">{parts.join(', ')}</Fact>}
      {sent_twice && (
        <Fact name="Sent twice">
          The target closed a kept connection without an answer. The second time had the same Idempotency-Key.
        </Fact>
      )}
    </>
  )
}

const part = (what: string, ms: number | null) => (ms === null || ms <= 0 ? undefined : `${what} ${duration(ms)}`)
