/**
 * Whether an If-None-Match names an ETag, so that the response is 304. Tags are compared weakly (RFC 9110, section 13.1.2): with
 * and without `W/` they are the same.
 */
export function isKnown(request: Request, etag: string): boolean {
  const given = request.headers.get('if-none-match')
  if (given === null) return false
  return given.trim() === '*' || given.split(',').some((tag) => withoutWeakness(tag.trim()) === withoutWeakness(etag))
}

const withoutWeakness = (tag: string) => tag.replace(/^W\//, '')
