/** Escapes a name for use in a JSON pointer (RFC 6901 section 3). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** Returns the JSON pointer to a request header of a task: `/header/NAME`. */
export const headerPath = (name: string) => `/header/${escapePointer(name)}`
