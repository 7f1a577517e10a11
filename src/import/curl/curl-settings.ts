import { joinParts } from '../shell/expand-word.ts'
import { plainText, type Text } from '../text.ts'
import { multipart, urlEncoded } from './form-data.ts'
import { HeaderLines } from './header-lines.ts'

/** The settings of one curl operation: what stands before `--next`. */
export class CurlSettings {
  readonly header = new HeaderLines()
  readonly urls: Text[] = []
  readonly notes: string[] = []
  readonly reasons: string[] = []
  /** Options of a yes or no that were given. */
  readonly on = new Set<string>()
  /** The values of options that have one, the last one of each. */
  readonly values = new Map<string, Text>()
  readonly outputs: Text[] = []
  readonly queries: Text[] = []
  readonly #cookies: Text[] = []
  readonly #fields: { value: Text; isPlain: boolean }[] = []
  readonly #stdin: Text | undefined
  #data: Text | undefined
  #isJson = false

  /** @param stdin what curl reads from its input; undefined if that is not known */
  constructor(stdin: Text | undefined) {
    this.#stdin = stdin
  }

  /** Takes an option in. */
  set(name: string, value: Text, isNo: boolean): void {
    switch (name) {
      case 'url':
        this.urls.push(value)
        break
      case 'header':
        this.header.line(value, 'curl')
        break
      case 'data':
      case 'data-ascii':
        this.#addData(value, '-d')
        break
      case 'data-binary':
        this.#addData(value, '--data-binary')
        break
      case 'data-raw':
        this.#append(value, '&')
        break
      case 'json':
        this.#isJson = true
        this.#addData(value, '--json')
        break
      case 'data-urlencode': {
        const encoded = urlEncoded(value, '--data-urlencode')
        if ('reason' in encoded) this.reasons.push(encoded.reason)
        else this.#append(encoded.text, '&')
        break
      }
      case 'url-query': {
        const [first = ''] = value
        const isRaw = typeof first === 'string' && first.startsWith('+')
        const encoded = isRaw
          ? { text: joinParts([first.slice(1), ...value.slice(1)]) }
          : urlEncoded(value, '--url-query')
        if ('reason' in encoded) this.reasons.push(encoded.reason)
        else this.queries.push(encoded.text)
        break
      }
      case 'form':
      case 'form-string':
        this.#fields.push({ value, isPlain: name === 'form-string' })
        break
      case 'cookie':
        if (value.some((part) => typeof part === 'string' && part.includes('='))) this.#cookies.push(value)
        else if (plainText(value) !== '')
          this.reasons.push('-b with a file: cookies are not kept between calls. Write them into the command.')
        break
      case 'output':
        this.outputs.push(value)
        break
      default:
        if (isNo) this.on.delete(name)
        else this.on.add(name)
        this.values.set(name, value)
    }
  }

  /** The plain value of an option; undefined if it was not given. */
  plain(name: string): string | undefined {
    const value = this.values.get(name)
    if (value === undefined) return undefined
    const text = plainText(value)
    if (text === undefined) this.reasons.push(`--${name} has a value that is not known.`)
    return text
  }

  /** The number of an option; undefined if it was not given. */
  number(name: string): number | undefined {
    const text = this.plain(name)
    if (text === undefined) return undefined
    if (/^\d+(\.\d*)?$/.test(text) && Number(text) < 1e9) return Number(text)
    this.reasons.push(`--${name} ${text.slice(0, 40)} is no number.`)
    return undefined
  }

  /** Whether there is data for the body, or with -G for the query. */
  get hasData(): boolean {
    return this.#data !== undefined
  }

  get hasForm(): boolean {
    return this.#fields.length > 0
  }

  get data(): Text | undefined {
    return this.#data
  }

  /** Returns the body, after adding the headers that curl sends with it. */
  body(): Text | undefined {
    if (this.hasForm) {
      if (this.hasData) this.reasons.push('-F and -d do not go together.')
      const form = multipart(this.#fields)
      if ('reason' in form) {
        this.reasons.push(form.reason)
        return undefined
      }
      if (this.header.has('Content-Type'))
        this.reasons.push('A form has its own Content-Type, and another one is given.')
      this.header.add('Content-Type', [form.contentType])
      return form.body
    }
    this.addJsonHeaders()
    if (this.#data !== undefined) this.header.add('Content-Type', ['application/x-www-form-urlencoded'])
    return this.#data
  }

  addJsonHeaders(): void {
    if (!this.#isJson) return
    this.header.add('Content-Type', ['application/json'])
    this.header.add('Accept', ['application/json'])
  }

  /** Adds the headers that options other than -H stand for. */
  addHeaders(): void {
    if (this.#cookies.length > 0)
      this.header.add('Cookie', joinParts(this.#cookies.flatMap((one, at) => (at === 0 ? one : [';', ...one]))))
    const referer = this.values.get('referer')
    if (referer) {
      if (referer.some((part) => typeof part === 'string' && part.includes(';auto')))
        this.reasons.push('-e ";auto": the header Referer does not change with redirects.')
      else if (plainText(referer) !== '') this.header.add('Referer', referer)
    }
    const agent = this.values.get('user-agent')
    if (agent) {
      if (plainText(agent) === '') this.header.line(['User-Agent:'], 'curl')
      else this.header.add('User-Agent', agent)
    }
    if (this.on.has('compressed')) {
      this.header.add('Accept-Encoding', ['gzip'])
      this.notes.push('--compressed: Duly asks for gzip; curl also for the other encodings that it knows.')
    }
    const range = this.values.get('range')
    if (range) this.header.add('Range', joinParts(['bytes=', ...range]))
    const token = this.values.get('oauth2-bearer')
    if (token) this.header.add('Authorization', joinParts(['Bearer ', ...token]))
  }

  #addData(value: Text, option: string): void {
    const [first = ''] = value
    if (typeof first !== 'string' || !first.startsWith('@')) {
      this.#append(value, option === '--json' ? '' : '&')
      return
    }
    if (first !== '@-' || value.length > 1) {
      this.reasons.push(
        `${option} ${first}: the data is in a file. Write it into the command, or send the task with --payload @FILE.`,
      )
      return
    }
    if (this.#stdin === undefined) {
      this.reasons.push(`${option} @-: what curl reads from its input is not known.`)
      return
    }
    const isBinary = option !== '-d'
    const text = isBinary
      ? this.#stdin
      : this.#stdin.map((part) => (typeof part === 'string' ? part.replace(/[\r\n]/g, '') : part))
    this.#append(joinParts(text), option === '--json' ? '' : '&')
  }

  #append(value: Text, joint: string): void {
    const isEmpty = this.#data === undefined || plainText(this.#data) === ''
    this.#data = joinParts([...(this.#data ?? []), ...(isEmpty ? [] : [joint]), ...value])
  }
}
