import { survive } from '../../background/survive.ts'
import { faultOf } from '../../database/fault.ts'
import type { Sql } from '../../database/sql.ts'
import type { Log } from '../../log/log.ts'
import {
  forgetReplica,
  type LostReplica,
  listLeftOpen,
  listReplicas,
  recoverLeftOpen,
} from '../../transitions/close-lost.ts'
import { isClaiming } from './lease.ts'
import { LostReplicas } from './lost-replicas.ts'

const everyMs = 5_000
/** Executions closed in one statement at most. */
const batchSize = 500

/**
 * Looks every 5 s for replicas that are lost, and takes over what they had open. It has a timer of its own: however long
 * it takes, the renewal of this replica's lease does not wait for it.
 */
export class Recovery {
  #stopped = false
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #lost: LostReplicas

  /**
   * @param sql for the look, which finds nothing almost always
   * @param maintenance connections whose statements may take long and read ranges: a day's executions are looked through
   * @param self this replica, which does not recover itself while it runs
   * @param renew renews this replica's own lease, when that turns out to be none
   */
  constructor(
    readonly sql: Sql,
    readonly maintenance: Sql,
    readonly log: Log,
    readonly self: string,
    readonly renew: () => Promise<void>,
  ) {
    this.#lost = new LostReplicas(self)
  }

  /** Looks, and does so again until stopped. It never throws. */
  async start(): Promise<void> {
    await survive(this.log, 'lost replicas could not be looked for; tried again', () => this.#look(), undefined)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), everyMs)
  }

  async #look(): Promise<void> {
    const replicas = await listReplicas(this.sql)
    const own = replicas.find(({ id }) => id === this.self)
    if (!own || own.has_ended || own.reaches_too_far) await this.renew()
    for (const lost of this.#lost.judge(replicas, performance.now())) await this.#recover(lost)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  /**
   * Closes what this replica itself has open, for a stop: its lease has ended, and it calls nothing any more. What it
   * cannot close is left to others, or to the next start.
   */
  async closeOwn(): Promise<void> {
    const own = (await listReplicas(this.sql)).find(({ id }) => id === this.self)
    if (own) await this.#recover(own)
  }

  async #recover(lost: LostReplica): Promise<void> {
    let closed = 0
    try {
      for (let more = batchSize; more === batchSize && (!this.#stopped || lost.id === this.self); closed += more)
        more = await recoverLeftOpen(this.maintenance, lost, { atMost: batchSize })
    } catch (error) {
      if (faultOf(error) === 'database') throw error
      closed += await this.#recoverEach(lost)
    }
    // A claim of it may still be waiting for its commit; it can begin no other, as its lease has ended.
    const forgotten = !(await isClaiming(this.maintenance, lost.id)) && (await forgetReplica(this.maintenance, lost))
    if (forgotten) this.#lost.forget(lost.id)
    if (closed > 0 || (forgotten && lost.lease_until !== null && lost.id !== this.self))
      this.log.warn(
        { replica_id: lost.id, host: lost.host, closed },
        lost.id === this.self
          ? 'this replica stopped with executions open that no call held; they are sent again'
          : 'a replica was lost; what it had open is sent again',
      )
  }

  /** One of them cannot be closed: it must hold up no other. */
  async #recoverEach(lost: LostReplica): Promise<number> {
    let closed = 0
    for (const only of await listLeftOpen(this.maintenance, lost))
      try {
        closed += await recoverLeftOpen(this.maintenance, lost, { only, atMost: 1 })
      } catch (error) {
        if (faultOf(error) === 'database') throw error
        this.log.error({ err: error, execution_id: only }, 'what a lost replica had open could not be closed')
      }
    return closed
  }
}
