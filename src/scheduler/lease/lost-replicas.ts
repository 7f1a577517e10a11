import type { LostReplica, SeenReplica } from '../../transitions/close-lost.ts'
import { renewEverySeconds } from './lease.ts'

/** A replica that lives has renewed its lease within this, with a margin for attempts that failed, in ms. */
const silentMs = (renewEverySeconds + 5) * 1000
/** Looks further apart than this have missed too much to say who was silent between them, in ms. */
const blindMs = 10_000

/** The lease of a replica that has ended it itself; and what stands for that of one without a row. */
const given = '-infinity'
const absent = ''

interface Seen {
  readonly replica: SeenReplica
  /** When its lease was first seen as it is now, by this process's monotonic clock; -Infinity: it had ended before the first look. */
  readonly since: number
}

/**
 * Judges which replicas are lost, from one look at their rows to the next. The end of a lease alone does not say it: the
 * database's clock can jump, and after an outage nobody has renewed yet. A replica that lives renews every 10 s: so one
 * is lost whose lease has ended, or reaches further than any lease does, and has stayed as it is for longer than that, by the monotonic clock of this process. The
 * first look of a process takes leases as they are, and one that somebody has set back into the past is over at once.
 */
export class LostReplicas {
  readonly #seen = new Map<string, Seen>()
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @param self this replica, which is never lost for itself: late in renewing, it is alive */
  constructor(readonly self: string) {}

  /**
   * @param replicas all that have a row now
   * @param now ms on a monotonic clock
   */
  judge(replicas: readonly SeenReplica[], now: number): LostReplica[] {
    const isFirst = this.#lookedAt === Number.NEGATIVE_INFINITY
    const wasBlind = !isFirst && now - this.#lookedAt > blindMs
    this.#lookedAt = now
    for (const replica of replicas) {
      const before = wasBlind ? undefined : this.#seen.get(replica.id)
      const isKnownToHaveEnded = replica.has_ended && (isFirst || isSetBack(replica, before?.replica))
      const isSame = before?.replica.lease_until === replica.lease_until
      const since = isKnownToHaveEnded ? Number.NEGATIVE_INFINITY : isSame ? before.since : now
      this.#seen.set(replica.id, { replica, since })
    }
    const present = new Set(replicas.map(({ id }) => id))
    const lost: LostReplica[] = []
    for (const [id, { replica, since }] of this.#seen) {
      if (id === this.self) continue
      if (present.has(id)) {
        const isNone = replica.has_ended || replica.reaches_too_far
        if (replica.lease_until === given || (isNone && now - since > silentMs)) lost.push(replica)
      } else lost.push(...this.#judgeAbsent(id, now, wasBlind))
    }
    return lost
  }

  /** A replica that is recovered, or has left and has nothing open, is looked at no more. */
  forget(id: string): void {
    this.#seen.delete(id)
  }

  /** One whose row is gone: it left in good order, was recovered, or somebody deleted the row, which it then writes anew. */
  #judgeAbsent(id: string, now: number, wasBlind: boolean): LostReplica[] {
    const { replica, since } = this.#seen.get(id) as Seen
    if (replica.lease_until !== absent || wasBlind) {
      this.#seen.set(id, { replica: { ...replica, lease_until: absent }, since: now })
      return []
    }
    return now - since > silentMs ? [{ ...replica, lease_until: null }] : []
  }
}

/** Whether a lease was made to end earlier, which no renewal does: by a person, who says that the replica is gone. */
const isSetBack = (replica: SeenReplica, before: SeenReplica | undefined) =>
  before !== undefined && Date.parse(replica.lease_until) < Date.parse(before.lease_until)
