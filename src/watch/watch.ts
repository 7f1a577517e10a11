import { Loop } from '../background/loop.ts'
import { survive } from '../background/survive.ts'
import type { Config } from '../config/config.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { Delivery, type DeliveryParts } from './delivery.ts'
import { FailingNotices } from './failing.ts'
import { LateNotices } from './late.ts'
import { LongNotices } from './long.ts'
import { Resuming } from './resuming.ts'
import { tellDueGroups } from './telling.ts'
import { findToDo, type ToDo } from './to-do.ts'

/** Pause between two turns, in ms; of those that wait for something to do, between two looks whether there is, and after a failure. */
const everyMs = 1_000
const onceWoken = { everyMs: Number.POSITIVE_INFINITY, afterFailureMs: everyMs }
/** What there may be to do when no look has told. */
const anything: ToDo = { resuming: true, telling: true, delivery: true, failing: true }
/** How long a stop waits for the turn under way, in ms; its statement is then cut off with its connection. */
const stopWithinMs = 1_500

/** What a watch works with. */
export interface WatchParts extends Pick<DeliveryParts, 'counts' | 'send'> {
  /** Connections whose statements may take long and read ranges. */
  readonly sql: Sql
  readonly log: Log
  readonly settings: Pick<Config, 'shutdownGraceSeconds'>
  /** What the scheduler of this replica knows of late tasks and of long runs. */
  readonly scheduler: Pick<Scheduler, 'obstacles' | 'lateServices' | 'openRuns' | 'lastPass'>
}

/** A notice: opens and closes alerts of one kind, a turn at a time. */
interface Notice {
  /** What it does, in static text, for the log. */
  readonly name: string
  turn(): Promise<void>
}

/**
 * The loops beside the pass: notices open and close alerts, due groups of alerts become notifications, and these are sent;
 * pauses that are over end. Each step is in the database before the next begins. Every replica with a scheduler runs it; none of it
 * holds up a pass. One look each second tells which of the loops have something to do.
 */
export class Watch {
  readonly #notices: readonly Notice[]
  readonly #loop: Loop
  /** Wakes the others. By itself, so that none of them holds it up. */
  readonly #looking: Loop
  #hasFailing = true
  /** By itself: with many alerts to open and close a turn of the notices takes seconds. */
  readonly #telling: Loop
  /** By itself, so that alerts do not hold up the end of a pause. */
  readonly #resuming: Loop
  readonly #delivery: Delivery

  constructor(readonly parts: WatchParts) {
    const { sql, log, scheduler } = parts
    const stopped = () => this.#loop.stopped
    const lastPass = () => scheduler.lastPass()
    const failing = new FailingNotices({ sql, now: () => performance.now(), stopped })
    const long = new LongNotices({ sql, openRuns: () => scheduler.openRuns() })
    const late = new LateNotices({
      sql,
      lateServices: (seconds) => scheduler.lateServices(seconds),
      obstacles: (service) => scheduler.obstacles(service),
      lastPass,
      stopped,
    })
    this.#notices = [
      { name: 'alerts of long runs', turn: () => long.turn() },
      { name: 'alerts of late tasks', turn: () => late.turn() },
      { name: 'alerts of failing tasks', turn: async () => (this.#hasFailing ? failing.turn() : undefined) },
    ]
    this.#delivery = new Delivery({ ...parts, lookEveryMs: onceWoken.everyMs })
    this.#loop = new Loop({ name: 'watch', log, runOnce: () => this.#turn(), everyMs })
    this.#looking = new Loop({ name: 'look for what the watch has to do', log, runOnce: () => this.#look(), everyMs })
    const onTold = () => this.#delivery.wake()
    const telling = { sql, log, lastPass, onTold, stopped: () => this.#telling.stopped }
    this.#telling = new Loop({ name: 'telling', log, runOnce: () => tellDueGroups(telling), ...onceWoken })
    const resuming = new Resuming({ sql, log, stopped: () => this.#resuming.stopped })
    this.#resuming = new Loop({ name: 'resuming', log, runOnce: () => resuming.turn(), ...onceWoken })
  }

  /** Begins. */
  start(): void {
    void this.#loop.start()
    void this.#telling.start()
    void this.#resuming.start()
    this.#delivery.start()
    void this.#looking.start()
  }

  /**
   * Begins nothing more. Resolves when what is under way has ended, or after the grace period: what is not done is done by
   * another replica, and what is not recorded is sent again under its id.
   * @param hurry ends the wait for what is being sent
   */
  async stop(hurry: Promise<void>): Promise<void> {
    const graceMs = this.parts.settings.shutdownGraceSeconds * 1_000
    await Promise.all([
      this.#looking.stop(stopWithinMs),
      this.#loop.stop(stopWithinMs),
      this.#telling.stop(stopWithinMs),
      this.#resuming.stop(stopWithinMs),
      Promise.race([this.#delivery.stop(graceMs), hurry]),
    ])
  }

  /** One look. When it fails, as while one of the tables is locked, each loop looks for itself: one table holds up no other loop. */
  async #look(): Promise<void> {
    const { sql } = this.parts
    this.#wake(
      await findToDo(sql).catch((error: unknown) => {
        this.#wake(anything)
        throw error
      }),
    )
  }

  #wake(toDo: ToDo): void {
    this.#hasFailing = toDo.failing
    if (toDo.failing) this.#loop.wakeAtRest()
    if (toDo.telling) this.#telling.wakeAtRest()
    if (toDo.resuming) this.#resuming.wakeAtRest()
    if (toDo.delivery) this.#delivery.wakeAtRest()
  }

  async #turn(): Promise<void> {
    for (const notice of this.#notices)
      await survive(this.parts.log, `the notice failed (${notice.name}); tried again`, () => notice.turn(), undefined)
  }
}
