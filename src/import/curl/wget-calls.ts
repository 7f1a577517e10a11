import { methods } from '../../task-fields/methods.ts'
import { joinParts } from '../shell/expand-word.ts'
import { plainText, type Text } from '../text.ts'
import { basicAuthorization } from './basic.ts'
import type { Call, ReadCalls, Writes } from './call.ts'
import { HeaderLines } from './header-lines.ts'
import { outputRemark } from './output-file.ts'
import { parseOptions } from './parse-options.ts'
import { requestUrl } from './request-url.ts'
import { wgetOptions } from './wget-options.ts'

/** What wget’s options come to. */
interface Settings {
  readonly values: Map<string, Text>
  readonly on: Set<string>
  readonly off: Set<string>
  readonly header: HeaderLines
  readonly notes: Set<string>
  readonly reasons: Set<string>
}

/** Reads the words behind `wget`. What GNU and busybox do differently is noted. */
export function wgetCalls(words: readonly Text[]): ReadCalls {
  // `-nv`, `-nc` and their kin are options of two letters.
  const spelled = words.map((word) => (word.length === 1 && typeof word[0] === 'string' ? [spell(word[0])] : word))
  const parsed = parseOptions(spelled, { program: 'wget', options: wgetOptions, hasEquals: true })
  const settings: Settings = {
    values: new Map(),
    on: new Set(),
    off: new Set(),
    header: new HeaderLines(),
    notes: new Set(parsed.notes),
    reasons: new Set(parsed.reasons),
  }
  const { notes, reasons, header } = settings
  const urls: Text[] = []
  for (const argument of parsed.arguments) {
    if ('operand' in argument) {
      urls.push(argument.operand)
      continue
    }
    const { option, isNo, value } = argument
    if (option.name === 'clobber') reasons.add('--no-clobber: what is sent depends on a file of an earlier call.')
    else if (option.name === 'header') header.line(value, 'wget')
    else if (option.effect === 'request') {
      settings[isNo ? 'off' : 'on'].add(option.name)
      settings.values.set(option.name, value)
    } else if (option.effect !== 'none') {
      if (option.name === 'check-certificate' && !isNo) continue
      if ('note' in option.effect) notes.add(option.effect.note)
      else
        reasons.add(
          option.name === 'check-certificate'
            ? '--no-check-certificate: Duly always checks certificates. Make a TLS profile with the certificate of the target, or of its authority (duly tls-profile set), and name it as tls_profile.'
            : option.effect.reason,
        )
    }
  }
  if (urls.length === 0) reasons.add('wget has no URL.')
  const request = requestOf(settings)
  const calls = urls.map((given): Call => {
    const read = requestUrl(given, [], { program: 'wget', hasPatterns: false, pathAsIs: false })
    for (const note of read.notes) notes.add(note)
    for (const reason of read.reasons) reasons.add(reason)
    const all = { ...header.entries() }
    const login = loginOf(settings) ?? read.credentials
    if (login && !header.has('Authorization')) {
      all.Authorization = basicAuthorization(login)
      if (plainText(login) !== undefined)
        notes.add(
          'User and password stand in the tasks file, as Authorization: Basic. Better store them as a named secret.',
        )
      if (!settings.on.has('auth-no-challenge'))
        notes.add('wget of GNU sends user and password after an answer 401; Duly sends them at once.')
    }
    return {
      program: 'wget',
      request: { ...request, url: read.url, header: all },
      writes: outputOf(settings),
      writesError: settings.on.has('quiet') && !settings.on.has('server-response') ? 'nothing' : 'head',
      failsByStatus: true,
      follows: true,
    }
  })
  for (const note of header.notes) notes.add(note)
  for (const reason of header.reasons) reasons.add(reason)
  return { calls, notes: [...notes], reasons: [...reasons] }
}

const twoLetters: Readonly<Record<string, string>> = {
  nv: '--no-verbose',
  nc: '--no-clobber',
  nd: '--no-directories',
  nH: '--no-host-directories',
  np: '--no-parent',
}

function spell(word: string): string {
  const [, letters = ''] = /^-(n[vcdHp])$/.exec(word) ?? []
  return twoLetters[letters] ?? word
}

function loginOf({ values }: Settings): Text | undefined {
  const user = values.get('user') ?? values.get('http-user')
  const password = values.get('password') ?? values.get('http-password') ?? values.get('http-passwd') ?? ['']
  return user && joinParts([...user, ':', ...password])
}

function plain({ values, reasons }: Settings, name: string): string | undefined {
  const value = values.get(name)
  if (!value) return undefined
  const text = plainText(value)
  if (text === undefined) reasons.add(`--${name} has a value that is not known.`)
  return text
}

function number(settings: Settings, name: string): number | undefined {
  const text = plain(settings, name)
  if (text === undefined) return undefined
  if (/^\d+(\.\d*)?$/.test(text)) return Number(text)
  settings.reasons.add(`--${name} ${text.slice(0, 40)} is no number.`)
  return undefined
}

function requestOf(settings: Settings): Call['request'] {
  const { values, on, off, header, notes, reasons } = settings
  const data = values.get('post-data') ?? values.get('body-data')
  if (values.has('body-data') && !values.has('method'))
    reasons.add('--body-data needs --method: wget refuses it alone.')
  let method = values.has('post-data') ? 'POST' : 'GET'
  const given = plain(settings, 'method')
  if (given !== undefined) {
    method = given.toUpperCase()
    if (!(methods as readonly string[]).includes(method)) {
      reasons.add(`--method=${given.slice(0, 40)}: the methods of tasks are ${methods.join(', ')}.`)
      method = 'GET'
    }
  }
  if (on.has('spider')) {
    if (method === 'GET') method = 'HEAD'
    notes.add('--spider: wget of GNU asks again with GET if HEAD is refused; Duly does not.')
  }
  if (data && /^(GET|HEAD)$/.test(method)) reasons.add(`A body is not sent with ${method}.`)
  if (data) header.add('Content-Type', ['application/x-www-form-urlencoded'])
  if (off.has('cache')) {
    header.add('Cache-Control', ['no-cache'])
    header.add('Pragma', ['no-cache'])
  }
  const agent = values.get('user-agent')
  if (agent) {
    if (plainText(agent) === '') header.line(['User-Agent:'], 'wget')
    else header.add('User-Agent', agent)
  }
  const referer = values.get('referer')
  if (referer) header.add('Referer', referer)
  const compression = plain(settings, 'compression')
  if (compression === 'gzip' || compression === 'auto') header.add('Accept-Encoding', ['gzip'])
  else if (compression !== undefined && compression !== 'none')
    reasons.add(`--compression=${compression.slice(0, 40)} is not known.`)
  if (values.has('input-file')) reasons.add('-i: the URLs are in a file. Write them into the command.')
  const command = plain(settings, 'execute')
  if (command !== undefined && !/^\s*robots\s*=/i.test(command))
    reasons.add(`-e ${command.slice(0, 60)}: commands of wgetrc are not read.`)
  const redirects = number(settings, 'max-redirect')
  if (redirects === 0) reasons.add('--max-redirect=0: a redirect is a failure; Duly follows 10 redirects.')
  else if (redirects !== undefined && redirects !== 10)
    notes.add(`--max-redirect=${redirects}: Duly follows up to 10 redirects.`)
  const fields: Record<string, unknown> = {}
  const limit = number(settings, 'timeout') ?? number(settings, 'read-timeout')
  if (limit !== undefined && limit > 0) {
    fields.timeout_seconds = Math.ceil(limit)
    notes.add('The timeout of wget is for a pause in the answer; timeout_seconds is for the whole call.')
  }
  const tries = number(settings, 'tries')
  if (tries === undefined)
    notes.add(
      'wget of GNU asks up to 20 times if there is no answer (-t). That is not taken over: set retries if you want as many.',
    )
  else if (tries !== 1) {
    const retries = tries === 0 ? 10 : Math.min(10, tries - 1)
    if (tries === 0 || tries > 11) notes.add(`-t ${tries} is cut to 10 retries.`)
    const list = plain(settings, 'retry-on-http-error')
    const statuses = list?.split(',').map(Number) ?? []
    if (statuses.some((status) => !(status >= 100 && status < 600)))
      reasons.add('--retry-on-http-error must be a list of statuses.')
    fields.retries = retries
    fields.retry = {
      min_backoff_seconds: 1,
      max_backoff_seconds: Math.max(1, Math.min(86_400, Math.ceil(number(settings, 'waitretry') ?? 10))),
      on: ['no_answer', ...statuses],
    }
  }
  if (header.host !== undefined) fields.host = header.host
  return { method, url: [''], header: {}, payload: data ?? null, fields, failsOn: 'status' }
}

function outputOf({ values, on, notes, reasons }: Settings): Writes {
  for (const name of ['output-file', 'append-output']) {
    const file = values.get(name)
    const found = file && outputRemark(file, `--${name}`)
    if (found) notes.add('reason' in found ? `--${name}: Duly writes no log file.` : found.note)
  }
  if (on.has('spider')) return 'nothing'
  const output = values.get('output-document')
  if (!output) {
    const folder = values.get('directory-prefix')
    if (folder && !/^\/(tmp|dev)(\/|$)/.test(plainText(folder) ?? ''))
      reasons.add(
        '-P: the answer is written to a file in that folder, which something may read. Duly stores the first 64 KiB of each answer, and writes no files.',
      )
    else if (!on.has('delete-after'))
      notes.add(
        'wget stores the answer in a file named after the URL; Duly keeps the first 64 KiB of each answer. If something reads the file, leave the job where it is.',
      )
    return 'nothing'
  }
  const file = plainText(output)
  if (file === '-' || file === '/dev/stdout') return on.has('save-headers') ? 'mixture' : 'body'
  const found = outputRemark(output, '-O')
  if (found && 'reason' in found) reasons.add(found.reason)
  else if (found) notes.add(found.note)
  return 'nothing'
}
