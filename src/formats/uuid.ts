const pattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether a text is a UUID with dashes and without braces or a `urn:`, which PostgreSQL would take or refuse by itself. */
export function isUuid(text: string): boolean {
  return pattern.test(text)
}
