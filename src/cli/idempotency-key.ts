import { UsageError } from './command-error.ts'

/** Returns the headers of --idempotency-key: none without it. @throws UsageError for a key that no header can hold */
export function keyHeaders(key: string | undefined): Record<string, string> {
  if (key === undefined) return {}
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return { 'idempotency-key': key }
  throw new UsageError('--idempotency-key must be 1 to 255 visible ASCII characters.')
}
