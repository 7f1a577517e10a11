import type { Sql } from '../../database/sql.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import { isClaiming } from '../lease/lease.ts'

/** After this the server gives up a statement of the scheduler, in seconds. */
export const statementSeconds = 10
/** How long a claim that was given up here can still begin there, in ms: both, and a margin for the clocks. */
const mayBeginMs = (claimValidSeconds + statementSeconds + 5) * 1000
/** How often this replica looks: while the claim may still begin, and then while it is being carried out. */
const lookEveryMs = 500
const lookLaterEveryMs = 2_000
/** The part of the time that looks may take, which passes wait for. */
const lookShare = 1 / 5

/**
 * Claims whose answer never came. What such a claim took is open in this replica's name, its lease is renewed, and
 * nobody is on it. So this replica looks for what it has open without knowing, until it is known how the claim ended:
 * it can no longer begin, and none is being carried out in the database. How long that takes does not matter: a commit
 * that waits for a synchronous standby can take hours.
 */
export class InDoubtClaims {
  #asking = 0
  #doubtful = false
  #until = 0
  #nextLook = 0

  /** @param limits other than those above, for tests; in ms */
  constructor(readonly limits = { mayBeginMs, lookLaterEveryMs }) {}

  /** Whether something may be open, or open itself yet, that this replica does not know of. */
  get possible(): boolean {
    return this.#asking > 0 || this.#doubtful
  }

  /** Whether the outcome of a claim is unknown. */
  get doubtful(): boolean {
    return this.#doubtful
  }

  /**
   * Runs a claim; when it fails, and not because the database has refused it, there is doubt. A cancelled one may have been
   * committed: a cancel (or the statement's time limit) that comes during the commit is told after it, as an error.
   */
  async claim<T>(run: () => Promise<T>): Promise<T> {
    this.#asking++
    try {
      return await run()
    } catch (error) {
      const { severity, code } = (error ?? {}) as { severity?: string; code?: string }
      if (severity !== 'ERROR' || code === '57014') {
        this.#doubtful = true
        this.#until = performance.now() + this.limits.mayBeginMs
      }
      throw error
    } finally {
      this.#asking--
    }
  }

  /**
   * In doubt, finds what is open in this replica's name and not among `known`. No claim may be under way meanwhile: its
   * answer could be the slower one.
   * @param atMost finds no more than so many; the rest stays for the next look
   */
  async find(sql: Sql, replicaId: string, known: readonly string[], atMost: number): Promise<Claimed[]> {
    const now = performance.now()
    if (!this.#doubtful || now < this.#nextLook || atMost <= 0) return []
    const canBegin = now <= this.#until
    // Asked first: what was committed before the answer is seen by the look behind it.
    const ended = !canBegin && !(await isClaiming(sql, replicaId))
    const found = await listOpenUnknown(sql, replicaId, known, atMost)
    const took = performance.now() - now
    this.#nextLook =
      performance.now() + Math.max(canBegin ? lookEveryMs : this.limits.lookLaterEveryMs, took / lookShare)
    if (ended && found.length < atMost) this.#doubtful = false
    return found
  }
}

/** Executions that are open in a replica's name and not among `known`, with all that their calls need. */
async function listOpenUnknown(
  sql: Sql,
  replicaId: string,
  known: readonly string[],
  atMost: number,
): Promise<Claimed[]> {
  return sql<Claimed[]>`
    select
      execution.service_id, execution.task_id, execution.id as execution_id, execution.slot_id, execution.created_at,
      execution.tableoid::regclass::text as partition, execution.ctid::text as place, execution.scheduled_for,
      execution.attempt, execution.redelivery, task.method, task.url, task.target, task.header, task.secret_header, task.payload,
      task.timeout_seconds, task.retries, task.once_running as once, true as waited
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.replica_id = ${replicaId}
      and execution.status = 'started'
      and execution.created_at >= coalesce((select oldest_open_at from replica where id = ${replicaId}), '-infinity')
      and execution.id <> all(${known as string[]}::uuid[])
    limit ${atMost}`
}
