import { Loop } from '../background/loop.ts'
import { logFailure, survive } from '../background/survive.ts'
import { isDatabaseUnavailable } from '../database/fault.ts'
import type { Sql } from '../database/sql.ts'
import type { Log } from '../log/log.ts'
import type { NotificationCounts } from '../metrics/notification-counts.ts'
import {
  atOncePerService,
  type ClaimedNotification,
  claimNotifications,
  giveUpDisabled,
  listServicesToNotify,
} from '../notifications/claim.ts'
import { disableChannel, markFailed, markSent } from '../notifications/mark.ts'
import { givenUpAfterHours, isGone, pauseAfter } from '../notifications/retry.ts'
import { recordedError, type Sent, storable } from '../notifications/sent.ts'

/** Pause after a look that failed, and between two looks unless the parts say another, in ms. */
const everyMs = 1_000
/** The most notifications that a replica sends at the same time. */
const atOnce = 32
/** When an attempt counts as failed that its sender does not end, in ms. It should have, after 10 s. */
const hangsAfterMs = 20_000
/** How long a stop waits for a claim under way, in ms; its statement is then cut off with its connection. */
const claimEndsWithinMs = 1_500
/** Pause between two attempts to record what was sent, in ms. */
const recordAgainMs = 1_000
/** For how long a result is recorded again that the database refuses, in ms; while it is away, for as long as it is. */
const recordForMs = 60_000

/** How an attempt to send a notification ended. */
type SendResult = Omit<Sent, 'duration_ms'>

/** What delivery works with. */
export interface DeliveryParts {
  readonly sql: Sql
  readonly log: Log
  readonly counts: NotificationCounts
  /** Sends a notification to its channel. */
  readonly send: (notification: ClaimedNotification) => Promise<SendResult>
  /** Pause between two looks at what is to be sent, in ms; 1 s by default. With `Infinity` it looks when it is woken. */
  readonly lookEveryMs?: number
}

/**
 * Sends notifications in the background: claims them under a lease, sends them, and records that. Every replica does it. A
 * notification whose replica dies is sent again under its id after the lease, so that it arrives once or twice.
 */
export class Delivery {
  readonly #loop: Loop
  /** What is being sent, by notification. */
  readonly #underWay = new Map<ClaimedNotification, Promise<void>>()

  constructor(readonly parts: DeliveryParts) {
    const { log, lookEveryMs = everyMs } = parts
    this.#loop = new Loop({
      name: 'sending notifications',
      log,
      runOnce: () => this.#turn(),
      everyMs: lookEveryMs,
      afterFailureMs: everyMs,
    })
  }

  /** Begins. */
  start(): void {
    void this.#loop.start()
  }

  /** Looks now at what is to be sent. */
  wake(): void {
    this.#loop.wake()
  }

  /** Looks now at what is to be sent, unless a look is under way. */
  wakeAtRest(): void {
    this.#loop.wakeAtRest()
  }

  /** Claims nothing more. Resolves when what is being sent has ended, or after `withinMs`: its lease then ends by itself. */
  async stop(withinMs: number): Promise<void> {
    await this.#loop.stop(Math.min(withinMs, claimEndsWithinMs))
    if (this.#underWay.size > 0) await within(Promise.all(this.#underWay.values()), withinMs, [])
  }

  async #turn(): Promise<void> {
    if (this.#underWay.size >= atOnce) return
    const services = await listServicesToNotify(this.parts.sql)
    // In another order each time: with all seats taken, none is always the last.
    const from = Math.floor(Math.random() * services.length)
    for (const serviceId of [...services.slice(from), ...services.slice(0, from)]) {
      if (this.#loop.stopped || this.#underWay.size >= atOnce) return
      await survive(
        this.parts.log,
        'notifications were not claimed; tried again',
        () => this.#claim(serviceId),
        undefined,
      )
    }
  }

  async #claim(serviceId: string): Promise<void> {
    const { sql, counts } = this.parts
    const busy = [...this.#underWay.keys()].filter(({ service_id }) => service_id === serviceId)
    const limit = Math.min(atOncePerService - busy.length, atOnce - this.#underWay.size)
    if (limit <= 0) return
    const channels = busy.map(({ channel_id }) => channel_id)
    const claimed = await claimNotifications(sql, serviceId, channels, limit)
    for (const notification of claimed) this.#underWay.set(notification, this.#deliver(notification))
    // Something is due, and nothing may be sent: perhaps because a channel is disabled.
    if (claimed.length === 0 && busy.length === 0)
      for (const kind of await giveUpDisabled(sql, serviceId)) counts.add(kind, 'given_up')
  }

  async #deliver(notification: ClaimedNotification): Promise<void> {
    const { log } = this.parts
    const began = performance.now()
    const sent = await survive<SendResult>(
      log,
      'a notification was not sent; tried again',
      () => within(this.parts.send(notification), hangsAfterMs, hung),
      { ...hung, error: 'it could not be sent, by a fault of Duly; its log says more' },
    )
    while (true) {
      try {
        await this.#record(notification, sent)
        break
      } catch (error) {
        const isAway = isDatabaseUnavailable(error)
        if (!isAway) logFailure(log, error, 'it was not recorded whether a notification was sent; tried again')
        if (this.#loop.stopped || (!isAway && performance.now() - began > recordForMs)) break
        await Bun.sleep(recordAgainMs)
      }
    }
    this.#underWay.delete(notification)
    this.#loop.wake()
  }

  /** Records how an attempt ended, and counts it. @throws the driver's error */
  async #record(notification: ClaimedNotification, sent: SendResult): Promise<void> {
    const { sql, log, counts } = this.parts
    const { channel_kind: kind, attempt, service_id, channel_id, id } = notification
    const status = sent.status_code
    if (sent.ok) {
      await markSent(sql, notification, status, storable(sent.error))
      counts.add(kind, 'sent')
      return
    }
    const error = recordedError(sent)
    const about = { service_id, channel_id, notification_id: id, attempt, status_code: status, error }
    const givenUp = isGone(kind, status) ? await disableChannel(sql, notification, error, status) : undefined
    if (givenUp !== undefined) {
      log.warn(about, 'a channel was disabled: its address is gone')
      counts.add(kind, 'failed')
      counts.add(kind, 'given_up', givenUp)
      return
    }
    const isGivenUp = await markFailed(sql, notification, {
      status_code: status,
      error,
      retry_in_ms: pauseAfter(attempt, sent.retry_after_ms),
      is_asked: sent.retry_after_ms !== null,
      give_up_after_hours: givenUpAfterHours(kind, status),
    })
    counts.add(kind, 'failed')
    if (isGivenUp) counts.add(kind, 'given_up')
    log.warn(about, isGivenUp ? 'a notification was given up' : 'a notification was not taken; it is sent again')
  }
}

const hung: SendResult = { ok: false, status_code: null, error: 'no answer within 20 s', retry_after_ms: null }

/** Resolves like `work`, or to `otherwise` when that takes longer than `ms`. */
async function within<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(resolve, ms, otherwise)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
