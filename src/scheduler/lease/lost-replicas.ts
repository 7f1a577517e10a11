import type { LostReplica, SeenReplica } from '../../transitions/close-lost.ts'
import { renewEverySeconds } from './lease.ts'

/** A running replica renews its lease within this, in ms; the margin is for attempts that fail. */
const silentMs = (renewEverySeconds + 5) * 1000
/** When two looks are further apart than this, in ms, who was silent between them is not known. */
const blindMs = 10_000

/** The `lease_until` of a replica that ended its lease itself, and what stands for it where there is no row. */
const endedItself = '-infinity'
const noRow = ''

interface Seen {
  readonly replica: SeenReplica
  /**
   * When its lease was first seen as it is now, by this process's monotonic clock; -Infinity when it is known to have ended
   * before that.
   */
  readonly since: number
}

/**
 * Judges which replicas are lost, by comparing one look at their rows with the next. That a lease has ended is not enough:
 * the database's clock can jump, and after an outage no replica has renewed yet. Since a running replica renews every
 * 10 s, one is lost when its lease has ended, or reaches further than any lease does, and has not changed for 15 s by the
 * monotonic clock of this process. Two cases do not wait: the first look of a process, which takes leases as they are, and
 * a lease that was set back by hand.
 */
export class LostReplicas {
  readonly #seen = new Map<string, Seen>()
  #lookedAt = Number.NEGATIVE_INFINITY

  /** @param self the id of this replica, which never counts as lost: late in renewing, it is still running */
  constructor(readonly self: string) {}

  /**
   * Returns the replicas that are lost.
   * @param replicas all replicas that have a row now
   * @param now by a monotonic clock, in ms
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
        const isInvalid = replica.has_ended || replica.reaches_too_far
        if (replica.lease_until === endedItself || (isInvalid && now - since > silentMs)) lost.push(replica)
      } else lost.push(...this.#judgeAbsent(id, now, wasBlind))
    }
    return lost
  }

  /** Removes a replica that was recovered, or has stopped with nothing open. */
  forget(id: string): void {
    this.#seen.delete(id)
  }

  /** A replica without a row has stopped in good order, was recovered, or had its row deleted, which it then inserts again. */
  #judgeAbsent(id: string, now: number, wasBlind: boolean): LostReplica[] {
    const { replica, since } = this.#seen.get(id) as Seen
    if (replica.lease_until !== noRow || wasBlind) {
      this.#seen.set(id, { replica: { ...replica, lease_until: noRow }, since: now })
      return []
    }
    return now - since > silentMs ? [{ ...replica, lease_until: null }] : []
  }
}

/** Whether a lease ends earlier than before. No renewal does that; a person does, to declare a replica gone. */
const isSetBack = (replica: SeenReplica, before: SeenReplica | undefined) =>
  before !== undefined && Date.parse(replica.lease_until) < Date.parse(before.lease_until)
