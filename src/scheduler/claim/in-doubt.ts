import type { Sql } from '../../database/sql.ts'
import { claimValidSeconds } from '../../transitions/claim-fence.ts'
import { type Claimed, callValues } from '../../transitions/claimed.ts'
import { isClaiming } from '../lease/lease.ts'

/** `statement_timeout` of the scheduler's connections, in seconds. */
export const statementSeconds = 10
/**
 * How long a claim whose connection was lost can still begin on the server, in ms: for as long as its fence lets it, plus
 * the statement timeout, plus a margin for the clocks.
 */
const mayBeginMs = (claimValidSeconds + statementSeconds + 5) * 1000
/** Pause between two looks, in ms: while the claim may still begin, and afterwards, while it may still be running. */
const lookEveryMs = 500
const lookLaterEveryMs = 2_000
/** The part of all time that looks may take: passes wait for them. */
const lookShare = 1 / 5

/**
 * Claims whose result is unknown: the connection was lost, or the statement timed out. If such a claim has committed,
 * executions without a call are open in this replica's name, and no other replica recovers them while its lease is renewed.
 * Until such a claim can no longer begin and none is running in the database, this replica looks for open executions of its
 * own that it does not hold. That may take hours: a commit can wait that long for a synchronous standby.
 */
export class InDoubtClaims {
  #underWay = 0
  #doubtful = false
  #until = 0
  #nextLook = 0

  /** @param limits in ms; tests set shorter ones than those above */
  constructor(readonly limits = { mayBeginMs, lookLaterEveryMs }) {}

  /** Whether executions may be open, or about to be opened, that this replica does not know of. */
  get possible(): boolean {
    return this.#underWay > 0 || this.#doubtful
  }

  /** Whether the result of a claim is unknown. */
  get doubtful(): boolean {
    return this.#doubtful
  }

  /**
   * Runs a claim. When it fails other than by an error with which PostgreSQL rolled it back, it is in doubt. So is one that
   * was cancelled (57014): a cancel or a statement timeout during the commit is reported as an error after the commit.
   */
  async claim<T>(run: () => Promise<T>): Promise<T> {
    this.#underWay++
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
      this.#underWay--
    }
  }

  /**
   * While a claim is in doubt, returns the executions that are open in this replica's name and not among `known`. No claim
   * may be under way meanwhile: its executions would be found before its result arrives.
   * @param atMost the most to return; the next look finds the others
   */
  async find(sql: Sql, replicaId: string, known: readonly string[], atMost: number): Promise<Claimed[]> {
    const now = performance.now()
    if (!this.#doubtful || now < this.#nextLook || atMost <= 0) return []
    const canBegin = now <= this.#until
    // Asked before the look, which then sees everything that was committed until now.
    const ended = !canBegin && !(await isClaiming(sql, replicaId))
    const found = await listOpenUnknown(sql, replicaId, known, atMost)
    const took = performance.now() - now
    this.#nextLook =
      performance.now() + Math.max(canBegin ? lookEveryMs : this.limits.lookLaterEveryMs, took / lookShare)
    if (ended && found.length < atMost) this.#doubtful = false
    return found
  }
}

/** Executions that are open in a replica's name and not among `known`, with everything their calls need. */
export async function listOpenUnknown(
  sql: Sql,
  replicaId: string,
  known: readonly string[],
  atMost: number,
): Promise<Claimed[]> {
  return sql<Claimed[]>`
    /* duly:list_open_unknown */
    select
      execution.service_id, execution.task_id, execution.id as execution_id, execution.slot_id, execution.created_at,
      execution.tableoid::regclass::text as partition, execution.ctid::text as ctid, execution.scheduled_for,
      execution.attempt, execution.redelivery, ${callValues(sql)}, task.once_running as once,
      task.limited_by as flow, true as was_queued
    from execution
    join task on task.service_id = execution.service_id and task.id = execution.task_id
    where execution.replica_id = ${replicaId}
      and execution.status = 'started'
      and execution.created_at >= coalesce((select oldest_open_at from replica where id = ${replicaId}), '-infinity')
      and execution.id <> all(${known as string[]}::uuid[])
    limit ${atMost}`
}
