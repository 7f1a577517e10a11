import type { FormRequest } from './request-body.ts'

/** The request as one line for a shell that holds the service's token in TOKEN. */
export function curlLine(served: string, serviceId: string, { path, body }: FormRequest): string {
  const json = quote(JSON.stringify(body))
  return `curl -u "${serviceId}:$TOKEN" -H 'Content-Type: application/json' ${quote(served + path)} -d ${json}`
}

/** In single quotes nothing means anything to a shell but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
