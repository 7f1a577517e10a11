import type { TaskCondition } from './queries.ts'

/**
 * Returns the condition of an If-Match header: one of the listed versions, or any version for `*` and without the header. A tag
 * that is not a version of Duly matches no task. See RFC 9110 section 13.1.1.
 */
export function readIfMatch(value: string | undefined): TaskCondition {
  if (value === undefined || value.trim() === '*') return {}
  const tags = value.split(',').map((tag) => /^"([1-9]\d{0,8})"$/.exec(tag.trim())?.[1])
  return { versions: tags.filter((tag) => tag !== undefined).map(Number) }
}
