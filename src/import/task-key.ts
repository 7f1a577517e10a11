import { createHash } from 'node:crypto'

/** Longest key of a task, in characters. */
const maxLength = 200

/** Returns the first 8 hex digits of a text's hash, which tell apart what would have one name otherwise. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}

/** Makes a part of a key of any text: lower case, and everything that a key cannot contain as `-`. */
export function keyPart(text: string): string {
  const part = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return part === '' ? 'task' : part
}

/** Joins parts to a key of at most 200 characters. A longer one is cut, and ends with a hash of the whole. */
export function taskKey(parts: readonly string[]): string {
  const key = parts.map(keyPart).join('/')
  if (key.length <= maxLength) return key
  return `${key.slice(0, maxLength - 9).replace(/[/.-]+$/, '')}-${shortHash(key)}`
}

/** Hands out keys, each once. */
export class TaskKeys {
  readonly #taken = new Set<string>()
  /** The last number that a key got: else thousands of lines with one URL would take minutes. */
  readonly #numbers = new Map<string, number>()

  /** Returns the key of these parts; if it is taken, with `-2`, `-3`, … after it. */
  unique(parts: readonly string[]): string {
    const key = taskKey(parts)
    let free = key
    let number = this.#numbers.get(key) ?? 1
    while (this.#taken.has(free)) free = `${key.slice(0, maxLength - 6)}-${++number}`
    this.#numbers.set(key, number)
    this.#taken.add(free)
    return free
  }
}
