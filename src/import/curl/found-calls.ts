import type { FoundRequest } from '../model.ts'
import { plainText } from '../text.ts'
import type { Call } from './call.ts'
import { type Condition, type Exit, isSayable, statusEntries } from './exit.ts'
import { textWith } from './request-url.ts'

/** A call of a script. */
export interface PlacedCall {
  readonly call: Call
  readonly line: number
  /** Whether it is sent only if the calls before it succeeded. */
  readonly isAfterSuccess: boolean
  /** Limit of a program around it, in seconds. */
  readonly limit?: number
}

/** A sentence and its line, from 0. */
export interface PlacedText {
  readonly text: string
  readonly offset: number
}

const redirects = [301, 302, 303, 307, 308]
/** Services and paths to which jobs report that they succeeded. */
const monitors =
  /\/\/(hc-ping\.com|[\w.-]*healthchecks\.io|cronitor\.link|nosnch\.in|[\w.-]*deadmanssnitch\.com|heartbeat\.uptimerobot\.com|[\w.-]*uptimerobot\.com|[\w.-]*better(uptime|stack)\.com\/api\/v1\/heartbeat)|\/api\/push\//i

/** Turns the calls of a script into requests, with what each must answer for the script to succeed. */
export function foundRequests(
  calls: readonly PlacedCall[],
  exit: Exit,
  notes: PlacedText[],
  reasons: PlacedText[],
): FoundRequest[] {
  if (exit === false && calls.length > 0)
    reasons.push({ text: 'The command ends with a failure whatever the calls answer.', offset: calls[0]?.line ?? 0 })
  if (!isSayable(exit) && calls.length > 0)
    reasons.push({
      text: 'When the command succeeds depends on its calls in a way that a task cannot expect.',
      offset: calls[0]?.line ?? 0,
    })
  const condition: Condition = isSayable(exit) && typeof exit !== 'boolean' ? exit : new Map()
  if (calls.length > 1)
    notes.push({
      text: `${calls.length} calls become ${calls.length} tasks. Each has the schedule of the job, and is called, repeated and judged by itself.`,
      offset: calls[0]?.line ?? 0,
    })
  return calls.map((placed, at) => {
    const note = (text: string) => notes.push({ text, offset: placed.line })
    const reason = (text: string) => reasons.push({ text, offset: placed.line })
    const { call, isAfterSuccess, limit } = placed
    if (at > 0 && monitors.test(textWith(call.request.url, 'x')))
      reason(
        'This call tells a monitor that the calls before it succeeded; a task of its own would do so always. Leave it out, and make an alert policy with a channel.',
      )
    else if (at > 0 && isAfterSuccess)
      note('This call was sent only after the call before it had succeeded; as a task it does not depend on it.')
    const judge = condition.get(at)
    const expect: Record<string, unknown> = {}
    const { failsByStatus, follows, request } = call
    const hasRules = judge !== undefined && judge.contains.length + judge.notContains.length + judge.json.length > 0
    if (judge?.statuses) {
      const { statuses } = judge
      let allowed = [...statuses].filter(
        (status) => status >= 200 && !(judge.needsExit && failsByStatus && status >= 400),
      )
      if (follows) allowed = allowed.filter((status) => !redirects.includes(status))
      if (statuses.has(0)) note('A call without an answer was no failure of the job; it is one of the task.')
      const isSome = allowed.some((status) => redirects.includes(status))
      const entries = statusEntries(
        new Set(
          follows && allowed.some((one) => one < 300) ? allowed.filter((one) => one < 300 || one > 399) : allowed,
        ),
      )
      if (!entries) reason('No list of statuses says which answers are a success.')
      else expect.status = entries
      if (!follows && !isSome)
        note('Duly follows redirects, and judges the answer at their end; the command did not follow them.')
    } else if (failsByStatus && !follows) {
      expect.status = ['2xx', '3xx']
    } else if (!failsByStatus) {
      const [hidden, more] = follows ? ['', ''] : [' and redirects', ', and redirects are followed']
      note(
        judge === undefined || !hasRules
          ? `Without -f, curl takes every answer for a success. The task expects 2xx, so failures will be seen that were hidden${more}.`
          : `Without -f, errors${hidden} are judged by their text alone. The task also expects 2xx${more}.`,
      )
    }
    if (judge === undefined && failsByStatus)
      note('A failure of this call did not make the job fail; the task shows it.')
    if (hasRules) {
      if (request.method === 'HEAD') reason('An answer to HEAD has no body that could be judged.')
      const list = (texts: readonly string[]) => (texts.length === 1 ? texts[0] : texts)
      if (judge.contains.length > 0) expect.contains = list(judge.contains)
      if (judge.notContains.length > 0) {
        expect.not_contains = list(judge.notContains)
        note(
          'A call without an answer was a success of the job, since the text was not found; it is a failure of the task.',
        )
      }
      if (judge.json.length > 0) expect.json = judge.json
      if (judge.json.some((rule) => 'not_equals' in rule && rule.not_equals !== false && rule.not_equals !== null))
        note('A value that is missing was accepted by !=; the task expects that it is there.')
      if (judge.contains.length > 5 || judge.notContains.length > 5 || judge.json.length > 5)
        reason('A task expects 5 texts and 5 values at most.')
    }
    const fields: Record<string, unknown> = { ...request.fields }
    if (limit !== undefined) {
      const own = typeof fields.timeout_seconds === 'number' ? fields.timeout_seconds : Number.POSITIVE_INFINITY
      fields.timeout_seconds = Math.min(own, Math.ceil(limit))
      const retry = fields.retry as { readonly max_duration_seconds?: number } | undefined
      if (retry)
        fields.retry = {
          ...retry,
          max_duration_seconds: Math.min(retry.max_duration_seconds ?? limit, Math.ceil(limit)),
        }
    }
    if (Object.keys(expect).length > 0) fields.expect = expect
    const failsOn =
      judge === undefined ? 'nothing' : judge.statuses || hasRules || failsByStatus ? 'status' : 'no_answer'
    if (plainText(request.url) === '') reason('The URL is empty.')
    return { ...request, fields, failsOn }
  })
}
