import { databaseIsAway, type Sql } from '../database/connect.ts'
import type { Log } from '../log.ts'
import { forgetReplica, type LostReplica, listLeftOpen, listLostReplicas, recoverLeftOpen } from './recover.ts'

const everyMs = 5_000
/** Executions closed in one statement at most. */
const batchSize = 500

/**
 * Looks every 5 s for replicas whose lease has ended, and takes over what they had open. It has a beat of its own: however
 * long it takes, the renewal of this replica's lease does not wait for it.
 */
export class Recovery {
  #stopped = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /**
   * @param sql for the look, which finds nothing almost always
   * @param upkeep connections whose statements may take long and read ranges: a day's executions are looked through
   * @param self this replica, which does not recover itself: late in renewing, it is alive
   */
  constructor(
    readonly sql: Sql,
    readonly upkeep: Sql,
    readonly log: Log,
    readonly self: string,
  ) {}

  /** Looks, and does so again until stopped. It never throws. */
  async start(): Promise<void> {
    try {
      for (const lost of await listLostReplicas(this.sql)) if (lost.id !== this.self) await this.#recover(lost)
    } catch (error) {
      if (!databaseIsAway(error)) this.log.error({ err: error }, 'lost replicas could not be looked for; tried again')
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), everyMs)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #recover(lost: LostReplica): Promise<void> {
    let closed = 0
    try {
      for (let more = batchSize; more === batchSize && !this.#stopped; closed += more)
        more = await recoverLeftOpen(this.upkeep, lost, { atMost: batchSize })
    } catch (error) {
      if (databaseIsAway(error)) throw error
      closed += await this.#recoverEach(lost)
    }
    const forgotten = await forgetReplica(this.upkeep, lost)
    if (closed > 0 || forgotten)
      this.log.warn(
        { replica_id: lost.id, host: lost.host, closed },
        'a replica was lost; what it had open is sent again',
      )
  }

  /** One of them cannot be closed: it must hold up no other. */
  async #recoverEach(lost: LostReplica): Promise<number> {
    let closed = 0
    for (const only of await listLeftOpen(this.upkeep, lost))
      try {
        closed += await recoverLeftOpen(this.upkeep, lost, { only, atMost: 1 })
      } catch (error) {
        if (databaseIsAway(error)) throw error
        this.log.error({ err: error, execution_id: only }, 'what a lost replica had open could not be closed')
      }
    return closed
  }
}
