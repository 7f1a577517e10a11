/** Methods that metrics and the access log name. Any other one is counted as `other`. */
export const knownMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Whether a method only reads, so that a request without an answer has changed nothing (RFC 9110, section 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** Adds HEAD to methods that include GET: Elysia answers HEAD with the handler of GET and drops the body. */
export function withHead(methods: Iterable<string>): ReadonlySet<string> {
  const all = new Set(methods)
  return all.has('GET') ? all.add('HEAD') : all
}

/** Whether the response to a request has no body (HEAD), so that a handler of GET need not read what would be in it. */
export function wantsHeadersOnly(request: Request): boolean {
  return request.method === 'HEAD'
}
