import type { Span } from './zone.ts'
import type { ZoneRules } from './zone-rules.ts'

/**
 * Returns the clock changes of a zone between two instants in ms.
 * @param spanOf returns the span that contains an instant, by the rules in question
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
