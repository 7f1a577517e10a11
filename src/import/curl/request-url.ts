import { joinParts } from '../shell/expand-word.ts'
import { plainText, type Text } from '../text.ts'

/** A URL as a command line has it, ready for a task. */
export interface RequestUrl {
  readonly url: Text
  /** `user:password` of the URL, decoded. */
  readonly credentials?: Text
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
}

/** How a program reads URLs. */
export interface UrlRules {
  readonly program: 'curl' | 'wget'
  readonly hasPatterns: boolean
  readonly defaultScheme?: string
  readonly pathAsIs: boolean
}

const placeholder = 'duly-value'

/** Reads a URL as curl and wget do. `query` is added to it. */
export function requestUrl(given: Text, query: readonly Text[], rules: UrlRules): RequestUrl {
  const notes: string[] = []
  const reasons: string[] = []
  const refuse = (text: string): RequestUrl => ({ url: given, notes, reasons: [text] })
  let url = given
  const [first = ''] = url
  const shown = textWith(url, '…')
  if (typeof first === 'string') {
    if (first.trim() !== first || /[\s\p{Cc}]/u.test(textWith(url, placeholder)))
      return refuse(`The URL ${JSON.stringify(shown.slice(0, 100))} contains blanks or control characters.`)
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(first)?.[1]?.toLowerCase()
    if (scheme === undefined) {
      if (/^(https?|file|ftp|dict|gopher|ldap|mailto):/i.test(first) || /^[-/?#]/.test(first) || first === '')
        return refuse(
          `${JSON.stringify(shown.slice(0, 100))} is no URL that can be called: it must begin with http:// or https://.`,
        )
      if (
        rules.program === 'curl' &&
        /^(ftp|dict|ldap|imap|smtp|pop3)\./i.test(first) &&
        rules.defaultScheme === undefined
      )
        return refuse(`curl takes ${shown.slice(0, 100)} for another protocol than HTTP, by the name of its host.`)
      const scheme = rules.defaultScheme?.toLowerCase() ?? 'http'
      if (!/^https?$/.test(scheme)) return refuse(`${scheme}: is not called; only http:// and https:// are.`)
      url = joinParts([`${scheme}://`, ...url])
    } else if (!/^https?$/.test(scheme)) return refuse(`${scheme}: is not called; only http:// and https:// are.`)
  } else if (url.length === 1) notes.push('The URL is a variable as a whole: it must begin with http:// or https://.')
  const start = url[0]
  if (typeof start === 'string') {
    const authority = /^https?:\/\/([^/?#]*)@/i.exec(start)
    const isWhole = authority !== null
    if (isWhole) {
      const found = credentialsOf(authority[1] as string)
      if (found === undefined) return refuse('User and password of the URL cannot be read.')
      url = joinParts([start.replace(/^(https?:\/\/)[^/?#]*@/i, '$1'), ...url.slice(1)])
      if (found !== '') return { ...withQuery(url, query, rules, notes, reasons), credentials: [found] }
    } else if (
      /^https?:\/\/[^/?#]*$/i.test(start) &&
      url.slice(1).some((part) => typeof part === 'string' && /^[^/?#]*@/.test(part))
    )
      return splitCredentials(url, query, rules, notes, reasons)
  }
  return withQuery(url, query, rules, notes, reasons)
}

/** Takes `user:password@` with references out of a URL. */
function splitCredentials(
  url: Text,
  query: readonly Text[],
  rules: UrlRules,
  notes: string[],
  reasons: string[],
): RequestUrl {
  const [start = '', ...rest] = url as readonly [string, ...Text]
  const at = rest.findIndex((part) => typeof part === 'string' && /^[^/?#]*@/.test(part))
  const part = rest[at] as string
  const [, scheme = '', user = ''] = /^(https?:\/\/)(.*)$/i.exec(start) ?? []
  const credentials = joinParts([user, ...rest.slice(0, at), part.slice(0, part.indexOf('@'))])
  const bare = joinParts([`${scheme}${part.slice(part.indexOf('@') + 1)}`, ...rest.slice(at + 1)])
  if (!credentials.some((one) => typeof one === 'string' && one.includes(':')))
    return { url, notes, reasons: ['The URL contains a user without a password.'] }
  notes.push('User and password of the URL go into an Authorization header; they must not be percent-encoded.')
  return { ...withQuery(bare, query, rules, notes, reasons), credentials }
}

function credentialsOf(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    if (decoded === '' || decoded === ':') return ''
    return text.includes(':') ? decoded : `${decoded}:`
  } catch {
    return undefined
  }
}

function withQuery(
  given: Text,
  query: readonly Text[],
  rules: UrlRules,
  notes: string[],
  reasons: string[],
): RequestUrl {
  let url = given
  const bare = textWith(url, placeholder)
  if (rules.hasPatterns) {
    const [pattern] = /[{}]|\[|\]/.exec(bare.replace(/^(https?:\/\/)\[[0-9a-f:.]+\]/i, '$1')) ?? []
    if (pattern !== undefined)
      reasons.push(
        `The URL contains ${pattern}, with which curl writes several URLs at once: make one task for each URL, or write ${pattern === '{' ? '%7B' : pattern === '}' ? '%7D' : pattern === '[' ? '%5B' : '%5D'} for the character.`,
      )
  }
  if (query.length > 0) {
    const fragmentAt = url.findIndex((part) => typeof part === 'string' && part.includes('#'))
    if (fragmentAt >= 0)
      url = joinParts([...url.slice(0, fragmentAt), (url[fragmentAt] as string).replace(/#.*$/s, '')])
    const now = textWith(url, placeholder)
    const path = /^https?:\/\/[^/?#]*$/i.test(now) ? '/' : ''
    const joint = !now.includes('?') ? `${path}?` : /[?&]$/.test(now) ? '' : '&'
    url = joinParts([...url, joint, ...query.flatMap((part, at) => (at === 0 ? part : ['&', ...part]))])
  }
  checkPath(textWith(url, placeholder), rules, notes, reasons)
  return { url, notes, reasons }
}

/** Compares the path and the query as the program sends them with what Duly sends. */
function checkPath(url: string, { program, pathAsIs }: UrlRules, notes: string[], reasons: string[]): void {
  if (!URL.canParse(url)) return
  const parsed = new URL(url)
  const sent = parsed.pathname + parsed.search
  const [, path = '', query = ''] = /^https?:\/\/[^/?#]*([^?#]*)(\?[^#]*)?/i.exec(url) ?? []
  const own = (pathAsIs ? path || '/' : withoutDots(path)) + (query === '?' ? '' : query)
  // The escapes of letters, digits, - . _ and ~ mean the same decoded (RFC 3986 section 6.2.2.2).
  if (program === 'wget' && /%(2[de]|3\d|[46][1-9a-f]|[57][0-9a]|5f|7e)/i.test(own))
    notes.push(`Duly sends the address as ${sent}; wget decodes some of its escapes, which mean the same.`)
  if (own === sent) return
  if (decoded(own) === decoded(sent))
    notes.push(`Duly sends the address as ${sent}; ${program} does not encode some of its characters.`)
  else reasons.push(`Duly sends the address as ${sent}, and ${program} as ${own}.`)
}

const decoded = (text: string) => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Resolves `.` and `..` as RFC 3986 section 5.2.4 says. */
function withoutDots(path: string): string {
  if (!/\/\.{1,2}(\/|$)/.test(path)) return path || '/'
  const kept: string[] = []
  const parts = path.split('/').slice(1)
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1
    if (part === '.') {
      if (isLast) kept.push('')
    } else if (part === '..') {
      kept.pop()
      if (isLast) kept.push('')
    } else kept.push(part)
  }
  return `/${kept.join('/')}`
}

/** Writes a text with a word in place of each reference. */
export const textWith = (text: Text, word: string): string =>
  plainText(text) ?? text.map((part) => (typeof part === 'string' ? part : word)).join('')
