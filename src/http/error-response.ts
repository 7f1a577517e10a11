import Negotiator from 'negotiator'
import { errorCodes } from './error-codes.ts'
import type { ApiError } from './errors.ts'

/** The media type of an error for clients that ask for it (RFC 9457). */
export const problemType = 'application/problem+json'
/** The page that the `type` of a problem points into: each code is the id of an element. */
export const problemPage = '/swagger/errors'

const forms = ['application/json', problemType]

/**
 * Converts an error to its response: a JSON object with `message`, `code` and, for invalid fields, `errors`; or a problem of
 * RFC 9457 where the request's Accept prefers that.
 * @param request undefined where there is none
 */
export function errorResponse(error: ApiError, request: Request | undefined): Response {
  const accept = request?.headers.get('accept')
  const isProblem =
    accept != null &&
    /problem\+json/i.test(accept) &&
    new Negotiator({ headers: { accept } }).mediaType(forms) === problemType
  return new Response(JSON.stringify(isProblem ? problemOf(error) : plain(error)), {
    status: error.status,
    headers: {
      'content-type': isProblem ? problemType : 'application/json',
      'cache-control': 'no-store',
      ...error.headers,
    },
  })
}

const plain = ({ message, code, errors, more }: ApiError) => ({ message, code, errors, ...more })

function problemOf({ status, message, code, errors, more }: ApiError) {
  return { type: `${problemPage}#${code}`, title: titleOf(code), status, detail: message, code, errors, ...more }
}

/** Returns the title of a problem: the code in words, such as "Task not found". */
function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Returns the HTML page at `problemPage`, which lists all codes. */
export function problemPageText(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, text }]) =>
      `<dt id="${code}"><code>${code}</code> (${status})</dt><dd>${text.replace(/`(.*?)`/g, '<code>$1</code>')}</dd>`,
  )
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Errors of the Duly API</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <h1>Errors of the Duly API</h1>
    <dl>
      ${rows.join('\n      ')}
    </dl>
  </body>
</html>
`
}
