import type { Redirection } from '../shell/syntax.ts'
import type { Text } from '../text.ts'
import type { ReadCalls, Writes } from './call.ts'
import { curlCalls } from './curl-calls.ts'
import { both, type Exit, judgeOf } from './exit.ts'
import { done, type Known, nothing, plainOf, type Result } from './result.ts'
import { wgetCalls } from './wget-calls.ts'

/** Variables by which curl and wget send something else, or to somewhere else. */
export const changesCalls: RegExp =
  /^(https?_proxy|HTTPS_PROXY|all_proxy|ALL_PROXY|CURL_HOME|CURL_CA_BUNDLE|SSL_CERT_FILE|SSL_CERT_DIR|WGETRC)$/

/** Returns the words of curl or wget as texts, or the reason why the call cannot be read. */
export function callWords(
  fields: readonly Known[],
  variables: ReadonlyMap<string, Known>,
  isAfterFailure: boolean,
): readonly Text[] | string {
  for (const [name, value] of variables)
    if (changesCalls.test(name) && plainOf(value) !== '')
      return `${name} is set: calls of Duly use no proxy and the certificates of TLS profiles.`
  if (variables.has('IFS')) return 'IFS is set, by which values are split in another way.'
  const words: Text[] = []
  for (const field of fields) {
    if ('unknown' in field) return `${field.unknown}.`
    if ('special' in field)
      return 'The call uses the answer of an earlier call; a task makes one call and keeps nothing for the next.'
    words.push(field)
  }
  if (isAfterFailure)
    return 'This call is sent only if the one before it fails or gives a certain answer, and a task does not depend on another. For a failure, make an alert policy with a channel.'
  return words
}

/** What stands in an output with the errors (2>&1). */
const merged = (writes: Writes, errors: Writes): Writes =>
  errors === 'nothing' ? writes : writes === 'nothing' ? errors : 'mixture'

/** Reads curl or wget. `first` is the number of its first call in the script. */
export function readCalls(
  program: 'curl' | 'wget',
  words: readonly Text[],
  { input, redirections }: { readonly input: Known | undefined; readonly redirections: readonly Redirection[] },
  first: number,
): ReadCalls & { readonly result: Result } {
  const stdin = input === undefined ? [''] : Array.isArray(input) ? (input as Text) : undefined
  const found = program === 'curl' ? curlCalls(words, stdin) : wgetCalls(words)
  const { calls } = found
  const own = calls.at(-1)
  if (!own) return { ...found, result: done }
  const last = first + calls.length - 1
  const isMerged = redirections.some(
    ({ descriptor, operator, target }) =>
      (descriptor === 2 && operator === '>&' && target.source === '1') || operator === '&>',
  )
  const alone = isMerged ? merged(own.writes, own.writesError) : own.writes
  const writes = calls.length > 1 ? 'mixture' : alone
  const output: Known = writes === 'nothing' ? nothing : { special: { kind: 'answer', call: last, writes } }
  // curl tells only whether its last call failed.
  const judged = program === 'curl' ? [last] : calls.map((_, at) => first + at)
  const exit = judged.reduce<Exit>((all, call) => both(all, judgeOf(call, { needsExit: true })), true)
  return { ...found, result: { exit, output } }
}
