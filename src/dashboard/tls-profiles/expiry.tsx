import { serverNow } from '../client/server-clock.ts'
import { fromNow, localDay } from '../format/format-time.ts'

/** How long before a certificate expires one is told so, in ms. */
const warnedMs = 30 * 86_400_000

/** When a certificate expires, and whether that is near or past. @param what such as `Client certificate` */
export function Expiry({ what, at }: { what: string; at: string }) {
  const now = serverNow()
  const left = Date.parse(at) - now
  const isNear = left < warnedMs
  return (
    <span class="line">
      {what}: <time dateTime={at}>{localDay(at)}</time>
      {isNear && (
        <span class={left <= 0 ? 'line expired' : 'line warning'}>
          {left <= 0 ? 'expired' : 'expires'} {fromNow(at, now)}
        </span>
      )}
    </span>
  )
}
