/**
 * Headers for responses that are data: browsers must not guess the content type, send a referrer, show the response in a
 * frame, or run scripts in it. A response that sets one of them itself, such as a page, keeps its own value.
 */
const securityHeaders = Object.entries({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
})

/** Adds the security headers that a response lacks, and sets the headers in `more`. */
export function withSecurityHeaders(response: Response, more: Readonly<Record<string, string>> = {}): Response {
  try {
    addTo(response.headers, more)
    return response
  } catch {
    // The headers of some responses are immutable.
    const headers = new Headers(response.headers)
    addTo(headers, more)
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  }
}

function addTo(headers: Headers, more: Readonly<Record<string, string>>): void {
  for (const name in more) headers.set(name, more[name] as string)
  for (const [name, value] of securityHeaders) if (!headers.has(name)) headers.set(name, value)
}
