/** Kinds of channels. */
const kinds = ['webhook', 'slack', 'email'] as const

/** How an attempt to send a notification ended, or that no further one is made. */
const results = ['sent', 'failed', 'given_up'] as const

type ChannelKind = (typeof kinds)[number]
type NotificationResult = (typeof results)[number]

/** Notifications that this replica has sent, failed to send or given up, since the start of the process. */
export class NotificationCounts {
  readonly #counts = new Map<string, number>()

  /** @param kind of the channel */
  add(kind: ChannelKind, result: NotificationResult, by = 1): void {
    const key = `${kind} ${result}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by)
  }

  /** Returns the count of every kind and result, zeros included. */
  all(): { readonly kind: ChannelKind; readonly result: NotificationResult; readonly count: number }[] {
    return kinds.flatMap((kind) =>
      results.map((result) => ({ kind, result, count: this.#counts.get(`${kind} ${result}`) ?? 0 })),
    )
  }
}
