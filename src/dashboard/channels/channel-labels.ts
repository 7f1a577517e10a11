import type { ChannelKind, TestResult } from '../client/channels.ts'
import { duration } from '../format/format-time.ts'

/** Each kind of channel in words. */
export const channelKindLabel: Readonly<Record<ChannelKind, string>> = {
  webhook: 'Webhook',
  slack: 'Slack',
  email: 'E-mail',
}

/** What came of a test message: `It arrived: answered 200 in 120 ms.` */
export function testLabel({ ok, status_code, error, duration_ms }: TestResult): string {
  const took = `in ${duration(duration_ms)}`
  if (ok) return status_code === null ? `It arrived ${took}.` : `It arrived: answered ${status_code} ${took}.`
  const why = error ?? (status_code === null ? 'there was no answer' : `answered ${status_code}`)
  return `It did not arrive (${took}): ${why}`
}
