import type { FormRequest } from './request-body.ts'

/** The request as a curl command for a shell with the service's token in TOKEN. */
export function curlLine(served: string, serviceId: string, { path, body }: FormRequest): string {
  const json = quote(JSON.stringify(body))
  return `curl -u "${serviceId}:$TOKEN" -H 'Content-Type: application/json' ${quote(served + path)} -d ${json}`
}

/** Quotes text for a shell. Within single quotes, only the quote itself is special. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
