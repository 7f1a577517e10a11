import { isolate } from '../../background/isolate.ts'
import { Loop } from '../../background/loop.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import {
  forgetReplica,
  type LostReplica,
  listLeftOpen,
  listReplicas,
  recoverLeftOpen,
} from '../../transitions/close-lost.ts'
import type { SettledSlots } from '../../transitions/settled.ts'
import { isClaiming } from './lease.ts'
import { LostReplicas } from './lost-replicas.ts'

const everyMs = 5_000
/** Executions closed in one statement at most. */
const batchSize = 500

/** What recovery works with. */
export interface RecoveryParts {
  /** For the look, which almost always finds nothing. */
  readonly sql: Sql
  /** Connections whose statements may take long and read ranges: the executions of a day are read. */
  readonly maintenance: Sql
  readonly log: Log
  /** The id of this replica, which does not recover itself while it runs. */
  readonly self: string
  /** Renews this replica's lease; called when that turns out not to hold. */
  readonly renewLease: () => Promise<void>
  readonly settledSlots: SettledSlots
}

/**
 * Looks every 5 s for replicas that are lost, closes what they had open and queues its slots again. It is a loop of its
 * own, so that the renewal of this replica's lease never waits for it.
 */
export class Recovery {
  readonly #lost: LostReplicas
  readonly #loop: Loop

  constructor(readonly parts: RecoveryParts) {
    this.#lost = new LostReplicas(parts.self)
    this.#loop = new Loop({ name: 'recovery of lost replicas', log: parts.log, runOnce: () => this.#look(), everyMs })
  }

  /** Looks now and every 5 s until stopped. Resolves when the first look has ended. */
  start(): Promise<void> {
    return this.#loop.start()
  }

  /** Begins no further look. Resolves when the one under way has ended. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /**
   * Closes what this replica itself has open, at a stop: its lease has ended, and it calls nothing any more. What cannot
   * be closed is left to other replicas or the next start.
   */
  async closeOwn(): Promise<void> {
    const own = (await listReplicas(this.parts.sql)).find(({ id }) => id === this.parts.self)
    if (own) await this.#recover(own)
  }

  async #look(): Promise<void> {
    const { sql, self, renewLease } = this.parts
    const replicas = await listReplicas(sql)
    const own = replicas.find(({ id }) => id === self)
    if (!own || own.has_ended || own.reaches_too_far) await renewLease()
    for (const lost of this.#lost.judge(replicas, performance.now())) await this.#recover(lost)
  }

  async #recover(lost: LostReplica): Promise<void> {
    const { maintenance, log, self } = this.parts
    const isOwn = lost.id === self
    const closed = await this.#closeLeftOpen(lost)
    // A claim of the lost replica may still wait for its commit. It can begin no other: its lease has ended.
    const forgotten = !(await isClaiming(maintenance, lost.id)) && (await forgetReplica(maintenance, lost))
    if (forgotten) this.#lost.forget(lost.id)
    if (closed > 0 || (forgotten && lost.lease_until !== null && !isOwn))
      log.warn(
        { replica_id: lost.id, host: lost.host, closed },
        isOwn
          ? 'this replica stopped with executions open that no call held; their slots are sent again'
          : 'a replica was lost; the slots of its open executions are sent again',
      )
  }

  /** Returns how many executions were closed. */
  async #closeLeftOpen(lost: LostReplica): Promise<number> {
    const { maintenance, log, self, settledSlots } = this.parts
    const report = (execution_id: string, err: unknown) =>
      log.error({ err, execution_id }, 'an execution of a lost replica could not be closed; tried again')
    let closed = 0
    await isolate(await listLeftOpen(maintenance, lost), {
      work: async (ids) => {
        if (this.#loop.stopped && lost.id !== self) return
        const { count, settled } = await recoverLeftOpen(maintenance, lost, ids)
        closed += count
        settledSlots.report(settled)
      },
      onPoison: report,
      onUnclear: report,
      batchSize,
    })
    return closed
  }
}
