import { LRUCache } from 'lru-cache'
import { type Pattern, readPatterns } from './pattern.ts'

const patterns = new LRUCache<string, readonly Pattern[]>({ max: 1_000 })

/**
 * Returns `readPatterns(text)` from a cache of 1,000 texts: a service uses few of them, each at every slot.
 * @throws PatternError
 */
export function cachedPatterns(text: string): readonly Pattern[] {
  let found = patterns.get(text)
  if (!found) {
    found = readPatterns(text)
    patterns.set(text, found)
  }
  return found
}
