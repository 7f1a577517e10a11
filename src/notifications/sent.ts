/** How an attempt to send a message ended. */
export interface Sent {
  /** Whether the channel has taken it. */
  readonly ok: boolean
  /** Of the answer: of HTTP, or of SMTP; null without one. */
  readonly status_code: number | null
  /**
   * Why it was not taken, for people, or which of several addresses were refused; null when all is well. It contains neither the
   * URL nor a secret.
   */
  readonly error: string | null
  /** When the channel wants the next attempt, in ms from now; null if it does not say. */
  readonly retry_after_ms: number | null
  readonly duration_ms: number
}

/** Longest error that is recorded, in characters. */
const errorLength = 2_000

/** Cuts an error off, and replaces what PostgreSQL does not store. */
export const storable = (error: string | null): string | null =>
  error?.replaceAll('\0', '\ufffd').slice(0, errorLength) ?? null

/** Why a message was not taken, as it is recorded. */
export const recordedError = ({ error }: Pick<Sent, 'error'>): string => storable(error) ?? 'it was not taken'
