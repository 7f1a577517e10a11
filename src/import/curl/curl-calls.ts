import { methods } from '../../task-fields/methods.ts'
import { joinParts } from '../shell/expand-word.ts'
import { plainText, type Text } from '../text.ts'
import { basicAuthorization } from './basic.ts'
import type { Call, ReadCalls, Writes } from './call.ts'
import { curlFields } from './curl-fields.ts'
import { curlOptions } from './curl-options.ts'
import { CurlSettings } from './curl-settings.ts'
import { outputRemark } from './output-file.ts'
import { parseOptions } from './parse-options.ts'
import { requestUrl } from './request-url.ts'

/**
 * Reads the words behind `curl`.
 * @param stdin what it reads from its input; undefined if that is not known
 */
export function curlCalls(words: readonly Text[], stdin: Text | undefined): ReadCalls {
  const parsed = parseOptions(words, { program: 'curl', options: curlOptions, hasEquals: false, refuse })
  const notes = new Set(parsed.notes)
  const reasons = new Set(parsed.reasons)
  const operations = [new CurlSettings(stdin)]
  let insecure: string | undefined
  for (const argument of parsed.arguments) {
    const settings = operations.at(-1) as CurlSettings
    if ('operand' in argument) {
      settings.urls.push(argument.operand)
      continue
    }
    const { option, isNo, value } = argument
    const { effect, name } = option
    if (effect === 'none') continue
    if (effect === 'request') {
      if (name === 'next') operations.push(new CurlSettings(stdin))
      else settings.set(name, value, isNo)
    } else if (!isNo) {
      if ('note' in effect) notes.add(effect.note)
      else if (name === 'insecure') insecure = effect.reason
      else reasons.add(effect.reason)
    }
  }
  // A --next at the end begins nothing.
  if (operations.length > 1 && operations.at(-1)?.urls.length === 0) operations.pop()
  const calls = operations.flatMap((settings) => {
    const found = operationCalls(settings)
    for (const note of [...settings.notes, ...settings.header.notes]) notes.add(note)
    for (const reason of [...settings.reasons, ...settings.header.reasons]) reasons.add(reason)
    return found
  })
  if (insecure !== undefined) {
    if (calls.every(({ request: { url } }) => /^http:\/\//i.test(typeof url[0] === 'string' ? url[0] : '')))
      notes.add('--insecure is left out: http:// has no certificates.')
    else reasons.add(insecure)
  }
  if (calls.length === 0 && reasons.size === 0) reasons.add('curl has no URL.')
  return { calls, notes: [...notes], reasons: [...reasons] }
}

const refuse = (name: string) =>
  name.startsWith('expand-')
    ? `--${name}: variables of curl are not expanded. Write the values into the command.`
    : undefined

function operationCalls(settings: CurlSettings): Call[] {
  const { on, reasons, notes, header } = settings
  if (settings.urls.length === 0) {
    reasons.push('curl has no URL.')
    return []
  }
  if (on.has('upload-file')) {
    reasons.push('-T: the body is a file. Send its text as payload with the method PUT (--payload @FILE).')
    return []
  }
  settings.addHeaders()
  const isGet = on.has('get')
  const isEmptyGet =
    !isGet &&
    settings.plain('request')?.toUpperCase() === 'GET' &&
    settings.data !== undefined &&
    plainText(settings.data) === ''
  if (isEmptyGet) notes.push('GET with empty data: curl sends a Content-Type for it, and Duly does not.')
  const hasBody = (settings.hasData && !isGet && !isEmptyGet) || settings.hasForm
  if (on.has('head') && hasBody) reasons.push('-I and a body do not go together: curl refuses them.')
  const query = [...(isGet && settings.data !== undefined ? [settings.data] : []), ...settings.queries]
  let payload: Text | undefined
  if (hasBody) payload = settings.body()
  else settings.addJsonHeaders()
  const follows = on.has('location') || on.has('follow')
  const method = methodOf(settings, hasBody, follows)
  checkRedirects(settings, follows)
  const credentials = settings.values.get('user')
  const hasColon = credentials?.some((part) => typeof part === 'string' && part.includes(':'))
  if (credentials && !hasColon && plainText(credentials) === undefined)
    notes.push('-u: the value must be user:password.')
  else if (credentials && !hasColon) reasons.push('-u without a colon: curl would ask for a password.')
  const fields = curlFields(settings)
  if (header.host !== undefined) fields.host = header.host
  const failsByStatus = on.has('fail') || on.has('fail-with-body')
  return settings.urls.map((given, at): Call => {
    const read = requestUrl(given, query, {
      program: 'curl',
      hasPatterns: !on.has('globoff'),
      ...(on.has('proto-default') ? { defaultScheme: settings.plain('proto-default') ?? '' } : {}),
      pathAsIs: on.has('path-as-is'),
    })
    notes.push(...read.notes)
    reasons.push(...read.reasons)
    const file = plainText(settings.outputs[at] ?? [''])
    const writesHead = on.has('head') || on.has('include') || on.has('show-headers')
    const login = credentials ?? read.credentials
    const all = { ...header.entries() }
    if (login && !header.has('Authorization')) {
      all.Authorization = basicAuthorization(login)
      if (plainText(login) !== undefined)
        notes.push(
          'User and password stand in the tasks file, as Authorization: Basic. Better store them as a named secret.',
        )
    }
    return {
      program: 'curl',
      request: {
        method,
        url: read.url,
        header: all,
        payload: payload ?? null,
        fields,
        failsOn: failsByStatus ? 'status' : 'no_answer',
      },
      writes: writesOf(settings, at),
      ...(file !== undefined && !writesHead ? { bodyFile: file } : {}),
      writesError: on.has('verbose') ? 'mixture' : 'nothing',
      failsByStatus,
      follows,
    }
  })
}

function methodOf(settings: CurlSettings, hasBody: boolean, follows: boolean): string {
  const { on, reasons, notes } = settings
  const natural = on.has('head') ? 'HEAD' : hasBody ? 'POST' : 'GET'
  const given = settings.plain('request')
  if (given === undefined) return natural
  const method = given.toUpperCase()
  if (!(methods as readonly string[]).includes(method)) {
    reasons.push(`-X ${given.slice(0, 40)}: the methods of tasks are ${methods.join(', ')}.`)
    return natural
  }
  if (method !== given) notes.push(`-X ${given}: Duly sends the method in capital letters, ${method}.`)
  if (method === 'HEAD' && natural !== 'HEAD')
    reasons.push('-X HEAD without -I: curl waits for a body that never comes. Write -I.')
  if (hasBody && (method === 'GET' || method === 'HEAD')) reasons.push(`A body is not sent with ${method}.`)
  if (follows && method === 'POST')
    notes.push('-X POST with -L: after a redirect with 301 or 302 curl sends POST again, and Duly GET.')
  return method
}

function checkRedirects(settings: CurlSettings, follows: boolean): void {
  const { on, reasons, notes } = settings
  if (!follows) return
  for (const name of ['post301', 'post302', 'post303'])
    if (on.has(name)) reasons.push(`--${name}: after such a redirect Duly sends GET.`)
  const most = settings.number('max-redirs')
  if (most === 0) reasons.push('--max-redirs 0 with -L: a redirect is a failure; Duly follows 10 redirects.')
  else if (most !== undefined && most !== 10) notes.push(`--max-redirs ${most}: Duly follows up to 10 redirects.`)
}

/** Returns what curl writes on its output for one of its URLs. */
function writesOf(settings: CurlSettings, at: number): Writes {
  const { on, notes, reasons } = settings
  for (const name of ['remote-name', 'remote-name-all', 'remote-header-name'])
    if (on.has(name))
      reasons.push(
        `--${name}: the answer is written to a file, which something may read. Duly stores the first 64 KiB of it.`,
      )
  for (const name of ['dump-header', 'cookie-jar']) {
    const file = settings.values.get(name)
    if (file) remark(outputRemark(file, `--${name}`))
  }
  function remark(found: ReturnType<typeof outputRemark>) {
    if (found && 'reason' in found) reasons.push(found.reason)
    else if (found) notes.push(found.note)
  }
  const output = settings.outputs[at]
  let body: Writes = on.has('head') ? 'head' : on.has('include') || on.has('show-headers') ? 'mixture' : 'body'
  if (on.has('out-null')) body = 'nothing'
  else if (output) {
    const file = plainText(joinParts(output))
    if (file !== '-' && file !== '/dev/stdout') {
      remark(outputRemark(output, '-o'))
      body = 'nothing'
    }
  }
  const format = settings.values.get('write-out')
  if (!format) return body
  const text = (plainText(format) ?? '%').replaceAll('\\n', '\n')
  if (/^\s*%\{(http_code|response_code)\}\s*$/.test(text))
    return body === 'nothing' ? 'status' : body === 'body' && text.startsWith('\n') ? 'body-status' : 'mixture'
  return text.trim() === '' ? body : 'mixture'
}
