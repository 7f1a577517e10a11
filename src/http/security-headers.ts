/**
 * What every answer tells a browser, where it does not say otherwise itself: that it is data, not to be guessed at, shown
 * in a frame, run, or told of to others.
 */
const guards = Object.entries({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
})

/** The answer with the headers that guard it, and with `more`. */
export function withSecurityHeaders(response: Response, more: Readonly<Record<string, string>> = {}): Response {
  try {
    addTo(response.headers, more)
    return response
  } catch {
    // The headers of some answers cannot be changed.
    const headers = new Headers(response.headers)
    addTo(headers, more)
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
  }
}

function addTo(headers: Headers, more: Readonly<Record<string, string>>): void {
  for (const name in more) headers.set(name, more[name] as string)
  for (const [name, value] of guards) if (!headers.has(name)) headers.set(name, value)
}
