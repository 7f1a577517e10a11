import { Type } from '@sinclair/typebox'
import { ApiError, invalid } from './errors.ts'

/** Schema of the query of a route without query parameters. */
export const noQuery = Type.Object({}, { additionalProperties: false })

/** The parameters that may be given several times. */
const repeatable: ReadonlySet<string> = new Set(['label'])

/**
 * Checks a URL's query for what the parsed parameters no longer show: invalid percent-encoding, a parameter without a name,
 * and a parameter that is given twice without being `repeatable`.
 * @throws ApiError 400
 */
export function checkQuery(url: string): void {
  const start = url.indexOf('?')
  if (start < 0) return
  const seen = new Set<string>()
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue
    const name = decode(pair.split('=', 1)[0] as string)
    decode(pair)
    if (name === '') throw new ApiError('malformed_request', 'The query has a parameter without a name.')
    if (seen.has(name) && !repeatable.has(name))
      throw invalid([{ path: `/${name}`, message: 'is given twice; send it once', code: 'duplicate' }])
    seen.add(name)
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ApiError('malformed_request', 'The query is not percent-encoded UTF-8 (a % itself is written %25).')
  }
}
