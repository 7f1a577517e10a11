const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * Reports whether a text is a UUID in the form 8-4-4-4-12. PostgreSQL also accepts braces and missing hyphens; the API
 * does not.
 */
export function isUuid(text: string): boolean {
  return pattern.test(text)
}
