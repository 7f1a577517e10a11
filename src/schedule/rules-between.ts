import type { Span } from './zone.ts'
import type { ZoneRules } from './zone-rules.ts'

/**
 * The clock changes of a zone within a period, both ends in ms.
 * @param spanOf the span that holds an instant, by whichever rules
 */
export function rulesBetween(spanOf: (instant: number) => Span, from: number, until: number): ZoneRules {
  const changes: number[] = []
  let span = spanOf(from)
  const offsets = [span.offset]
  while (span.end < until) {
    changes.push(span.end)
    span = spanOf(span.end)
    offsets.push(span.offset)
  }
  return { changes, offsets, beyond: 'last' }
}
