import { LRUCache } from 'lru-cache'
import { type Pattern, readPattern } from './pattern.ts'

const patterns = new LRUCache<string, Pattern>({ max: 1_000 })

/**
 * Returns `readPattern(text)` from a cache of 1,000 patterns: a service uses few patterns, each of them at every slot.
 * @throws PatternError
 */
export function cachedPattern(text: string): Pattern {
  let pattern = patterns.get(text)
  if (!pattern) {
    pattern = readPattern(text)
    patterns.set(text, pattern)
  }
  return pattern
}
