import { isStorable, isWithin } from './limits.ts'

/** Maximum length of a URL, in characters. */
const maxLength = 4096
const example = 'such as https://example.com/path'

/** Syntax of shells and templates that should have been replaced before the URL was sent, and what to call it. */
const unfilled: readonly (readonly [RegExp, string])[] = [
  [/\$\([A-Z_][A-Z0-9_]{0,60}\)/, 'a variable'],
  [/\$\([^)]{0,200}\)?|`[^`]{0,200}`/, 'a shell command'],
  [/[$#]\{[^}]{0,200}\}?/, 'a variable'],
  [/%(?![0-9a-f]{2})[a-z_]\w{0,60}%/i, 'a variable'],
  [/\{\{[^}]{0,200}(\}\})?|\{%.{0,200}?(%\}|$)|<%.{0,200}?(%>|$)/s, 'a template'],
]
/** A variable of a shell where it cannot be part of a URL: at the beginning, or before the path. */
const shellVariable = /^(?:https?:\/\/(?![^/?#]*@)[^/?#$]*)?(\$(?:env:)?[a-z_]\w{0,60})/i
/** Schemes that are meant to be http or https, such as htp and htttps. */
const misspelt = /^(?:h+t*p+|h*t+p*|hxxp|htt[a-z])(s?)$/i
/** Placeholders in braces or angle brackets. Not searched for in the query, which may contain JSON. */
const placeholder = /\{[^{}]{0,60}\}|<[^<>]{0,60}>/

/** Captures the scheme and the authority (RFC 3986 section 3.2) of a URL. */
const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i
/** Captures the host and the port of an authority. */
const hostAndPort = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/

/** Whether a text is a valid URL of a task: http or https, without credentials or characters that URL parsers remove. */
export const isTargetUrl = (text: string): boolean => urlFault(text) === undefined

/**
 * Returns the error of an invalid URL and how to fix it, as a clause that follows `/url`; undefined for a valid one. The clause
 * never contains a password.
 */
export function urlFault(text: string): string | undefined {
  if (text === '') return `must be an http or https URL, ${example}; it is empty`
  if (!isWithin(text, maxLength)) return `must be a URL of at most ${maxLength} characters; it has ${[...text].length}`
  return enclosingFault(text) ?? unfilledIn(text) ?? characterFault(text) ?? schemeFault(text) ?? authorityFault(text)
}

/**
 * Pattern of the URL of a task for the OpenAPI document. It matches every valid URL and excludes most invalid ones; without
 * lookahead, which not every tool supports, it cannot exclude all.
 */
export const targetUrlPattern = (() => {
  const never = '\\s\\x00-\\x1f\\x7f-\\x9f\\\\`'
  const host = `(\\[[0-9A-Fa-f:.]+\\]|[^${never}/?#@:"|^$<>{}\\[\\]]+)`
  const port = '0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
  const textWithout = (more: string) => `([^${never}${more}{}<>$]|\\$+[^${never}${more}{}<>$(])*\\$*`
  const open = '\\{?(\\$|<\\{?)*'
  const query = `([^${never}#$\{<]|${open}\\$[^${never}#$\{<(]|(\\{|${open}<\\{?)[^${never}#$\{<%])*${open}`
  return `^[Hh][Tt][Tt][Pp][Ss]?://${host}(:(${port})?)?(/${textWithout('?#')})?(\\?${query})?(#${textWithout('')})?$`
})()

/** Returns the error of a URL with something before or around it. A whole URL in quotation marks is not a placeholder. */
function enclosingFault(text: string): string | undefined {
  if (/^(null|undefined|none|nan)$/i.test(text))
    return `is the word ${text}, which stands for a missing value; it must be an http or https URL, ${example}`
  if (/^["'`<\u2018-\u201e\u00ab]\s*https?:|^["'\u2018-\u201e\u00ab].*["'\u2018-\u201e\u00bb]$/is.test(text))
    return 'must not stand in quotation marks or brackets: send the URL alone'
  if (/^(?!\s|[a-z][a-z0-9+.-]*:)[^/?#.:]{1,40}https?:\/\//i.test(text))
    return 'must begin with http:// or https://; leave out what stands before that'
  if (/^https?:\/\/https?:\/\//i.test(text)) return 'has its scheme twice: write http:// or https:// once'
  return undefined
}

/** Returns the error of a URL that contains a variable, a placeholder or a template. */
function unfilledIn(text: string): string | undefined {
  for (const [pattern, what] of unfilled) {
    const [found] = pattern.exec(text) ?? []
    if (found !== undefined) return notFilledIn(what, found)
  }
  const variable = shellVariable.exec(text)?.[1]
  if (variable !== undefined) return notFilledIn('a variable', variable)
  const withoutQuery = text.replace(/\?[^#]*/, '')
  const [found] = placeholder.exec(withoutQuery) ?? []
  if (found !== undefined) return notFilledIn('a placeholder', found)
  const [bracket] = /[{}<>]/.exec(withoutQuery) ?? []
  return bracket === undefined
    ? undefined
    : `must not hold ${bracket} outside its query: write ${escaped(bracket)} for it`
}

/** Returns the error for `found`, a placeholder in a URL. */
const notFilledIn = (what: string, found: string) =>
  `holds ${what} that was not filled in: ${shown(found)}. Nothing replaces it when the task is called: send the URL as it is to be called, and where ${found[0]} itself is meant ${escaped(found)}`

/** Returns the first character of a text, percent-encoded. */
const escaped = (text: string) => `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** Returns the error of a URL with a character that must be percent-encoded or omitted. */
function characterFault(text: string): string | undefined {
  if (text.trim() !== text) return edgeFault(text)
  const isAllowed = (some: string) => !/[\s\p{Cc}\\`]/u.test(some) && isStorable(some)
  if (isAllowed(text)) return undefined
  const characters = [...text]
  const at = characters.findIndex((character) => !isAllowed(character))
  const character = characters[at] as string
  const position = `(character ${at + 1})`
  if (character === ' ') return `must not hold a space ${position}: write %20 for it`
  if (character === '\\') return `must not hold a backslash ${position}: write / between parts, or %5C for it`
  if (character === '`') return `must not hold a backtick ${position}: write %60 for it`
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')
  return `must not hold the invisible character U+${code} ${position}: leave it out, or write it percent-encoded`
}

/** Returns the error of a URL that begins or ends with white space. It says which, because it is not seen. */
function edgeFault(text: string): string {
  const isAtEnd = text.trimEnd() !== text
  const space = isAtEnd ? text.slice(text.trimEnd().length) : text.slice(0, text.length - text.trimStart().length)
  const what = /[\r\n]/.test(space) ? 'a line break' : space.includes('\t') ? 'a tab' : 'a space'
  return `must not begin or end with a space or a line break; it ${isAtEnd ? 'ends' : 'begins'} with ${what}: leave it out`
}

/** Returns the error of a URL that does not begin with `http://` or `https://` and a host. */
function schemeFault(text: string): string | undefined {
  const [, scheme, authority] = parts.exec(text) ?? []
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return otherScheme(scheme)
  if (authority) return undefined
  if (authority === '') return `names no host behind ${scheme}://; it must name one, ${example}`
  if (/^https?:/i.test(text)) return `must have two slashes behind the scheme: http:// or https://, ${example}`
  if (/^[^/?#]*@/.test(text)) return 'must begin with http:// or https://, and hold no user and password'
  if (/^https?[^a-z0-9.-]/i.test(text)) return `must begin with http:// or https://, ${example}`
  const [, other] = /^([a-z][a-z0-9+.-]*):(?!\d)/i.exec(text) ?? []
  if (other !== undefined) return otherScheme(other)
  const rest = text.replace(/^\/+/, '').replace(/[/?#].*/s, '')
  if (text.startsWith('/') && !text.startsWith('//'))
    return `names no scheme and no host: it must be a whole URL, ${example}`
  return `has no scheme: write http://${shown(rest)} or https://${shown(rest)}`
}

/** Returns the error of a scheme that is not http or https. One that is nearly so gets the right one named. */
function otherScheme(scheme: string): string {
  const [, secure] = misspelt.exec(scheme) ?? []
  return `must begin with http:// or https://; only these are called, not ${shown(scheme)}:${secure === undefined ? '' : ` (write http${secure}://)`}`
}

/** Returns the error in the authority of a URL: credentials, host or port. */
function authorityFault(text: string): string | undefined {
  const [, , authority = ''] = parts.exec(text) ?? []
  if (authority.includes('@'))
    return 'must not hold user and password, or an @ before its path: give an Authorization header instead'
  if (/^[^[:]*:[^:]*:/.test(authority))
    return `must have an IPv6 address in brackets, and one port: ${shown(authority)}; such as http://[::1]:8080/`
  const [, host = authority, port] = hostAndPort.exec(authority) ?? []
  if (host === '') return `names no host; it must name one, ${example}`
  if (host.startsWith('[')) return ipv6Fault(host) ?? portFault(port)
  return portFault(port) ?? hostFault(text, host)
}

/** Returns the error of a port. */
function portFault(port: string | undefined): string | undefined {
  if (port === undefined || port === '' || (/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return undefined
  return `has a port that is none: ${shown(port)}; it must be a number from 1 to 65535, or be left out`
}

/** Returns the error of a host that begins with a bracket. */
function ipv6Fault(host: string): string | undefined {
  if (host.includes('%')) return `must not name an interface in an IPv6 address: ${shown(host)}`
  if (host.endsWith(']') && URL.canParse(`http://${host}/`)) return undefined
  return `has a host that is no IPv6 address in brackets: ${shown(host)}, such as http://[::1]:8080/`
}

/** Returns the error of a host name or an IPv4 address. */
function hostFault(text: string, host: string): string | undefined {
  // Importers run under Node 20 too, which has no URL.parse().
  const parsed = URL.canParse(text) ? new URL(text) : null
  if (parsed === null)
    return /^[\d.]+$/.test(host)
      ? `has a host that is no IPv4 address: ${shown(host)}; it must have four numbers up to 255`
      : `has a host that is no host name: ${shown(host)}`
  const [wrong] = /[^a-z0-9._~!&'()*+,;=-]/.exec(parsed.hostname) ?? []
  return wrong === undefined
    ? undefined
    : `has a host that is no host name: ${shown(host)}; a name has letters, digits, - and . and no ${wrong}`
}

/** Returns a part of a URL for an error message: at most 60 characters, with non-ASCII characters replaced by `?`. */
function shown(part: string): string {
  const clean = part.replace(/[^\x20-\x7e]/gu, '?')
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean
}
