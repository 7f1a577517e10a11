import { timeSince } from '../format/format-time.ts'
import { useClock } from './use-clock.ts'

/** The time since then by the server's clock, updated each second. */
export const Elapsed = ({ since }: { since: string }) => <>{timeSince(since, useClock())}</>
