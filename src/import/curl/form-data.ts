import { joinParts } from '../shell/expand-word.ts'
import { plainText, type Text } from '../text.ts'

/** A text that is encoded, or the reason why it cannot be. */
export type Encoded = { readonly text: Text } | { readonly reason: string }

/** Percent-encodes characters as curl does: all but letters, digits and `-._~`. */
export const encodeCharacters = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Encodes the value of `--data-urlencode` or `--url-query`: `content`, `=content`, `name=content`; files are refused. */
export function urlEncoded(value: Text, option: string): Encoded {
  const [first = ''] = value
  if (typeof first !== 'string')
    return { reason: `${option} has a value that is not known, so that it cannot be encoded.` }
  const at = first.search(/[=@]/)
  const sign = at < 0 ? undefined : first[at]
  if (sign === '@') return { reason: `${option} ${first}: the data is in a file. Write it into the command.` }
  const name = sign === undefined ? '' : first.slice(0, at)
  const content = plainText(joinParts([sign === undefined ? first : first.slice(at + 1), ...value.slice(1)]))
  if (content === undefined) return { reason: `${option} has a value that is not known, so that it cannot be encoded.` }
  if (!content.isWellFormed()) return { reason: `${option} has a value that is no text.` }
  const encoded = encodeCharacters(content).replaceAll('%20', '+')
  return { text: [name === '' ? encoded : `${name}=${encoded}`] }
}

const boundary = '------------------------d74496d66958873e'

/** The body of a form with fields of texts, as `-F name=value` sends it, with its content type. */
export function multipart(
  fields: readonly { readonly value: Text; readonly isPlain: boolean }[],
): { readonly body: Text; readonly contentType: string } | { readonly reason: string } {
  const parts: Text[] = []
  for (const { value, isPlain } of fields) {
    const [first = ''] = value
    const [, name, rest = ''] = (typeof first === 'string' ? /^([^=]*)=(.*)$/s.exec(first) : null) ?? []
    if (name === undefined) return { reason: 'A field of the form has no name.' }
    if (/["\\\r\n]/.test(name))
      return { reason: `The name of the form field ${name} contains characters that curl escapes.` }
    let content = joinParts([rest, ...value.slice(1)])
    let type = ''
    if (!isPlain) {
      if (/^[@<]/.test(rest))
        return {
          reason: `-F ${name}=${rest.slice(0, 60)}: the field is a file. Send its text as payload, and read it when the task is created.`,
        }
      if (/^["(=]/.test(rest))
        return { reason: `-F ${name}=${rest.slice(0, 60)}: the field is written in a way that is not read.` }
      const all = plainText(content)
      const typed = all === undefined ? null : /^([^;]*);type=([\w.+-]+\/[\w.+-]+)$/.exec(all)
      if (typed) [content, type] = [[typed[1] as string], `Content-Type: ${typed[2]}\r\n`]
      else if (content.some((part) => typeof part === 'string' && part.includes(';')))
        return { reason: `-F ${name}=…: the field contains a semicolon, with which curl begins settings.` }
      else if (content.some((part) => typeof part !== 'string'))
        return {
          reason: `-F ${name}=…: the field has a value that is not known, in which curl may find settings. Use --form-string.`,
        }
    }
    if (content.some((part) => typeof part === 'string' && part.includes(boundary)))
      return { reason: 'The form contains its own boundary.' }
    parts.push([`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n${type}\r\n`, ...content, '\r\n'])
  }
  return {
    body: joinParts([...parts.flat(), `--${boundary}--\r\n`]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
