import type { FoundRequest } from '../model.ts'
import type { Text } from '../text.ts'
import type { AwsConnection } from './aws-connection.ts'
import { type Fields, objectOf, textOf } from './fields.ts'

/** The request of an API destination, with what is to say about it. */
export interface AwsRequest {
  readonly request: FoundRequest
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
}

type Pairs = readonly (readonly [string, Text])[]

/** What EventBridge sends to every API destination, and lets nobody change. */
const fixedHeader = /^(user-agent|range)$/i

/**
 * Reads what EventBridge sends to an API destination for a target.
 * @param isSchedule whether EventBridge Scheduler sends it, which fills in placeholders
 */
export function readDestination(
  target: Fields,
  destination: Fields,
  connection: AwsConnection,
  isSchedule: boolean,
): AwsRequest {
  const notes = [
    ...connection.notes,
    'EventBridge also sends Range: bytes=0-1048575; the task does not. The task follows redirects.',
  ]
  const reasons = [...connection.reasons]
  const parameters = objectOf(target.HttpParameters) ?? {}
  const header = readPairs(parameters.HeaderParameters, 'The header', reasons)
  const query = readPairs(parameters.QueryStringParameters, 'The query parameter', reasons)
  const names = [...header, ...connection.header].map(([name]) => name)
  for (const name of names.filter((name) => fixedHeader.test(name)))
    reasons.push(`The header ${name} is set, and EventBridge sends its own: say which one is meant.`)
  if (destination.ApiDestinationState === 'INACTIVE')
    notes.push('The API destination is INACTIVE: EventBridge does not call it now.')
  const sent = merged(header, connection.header, (name) => name.toLowerCase())
  const contentType = sent.find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  if (contentType && !/^application\/json\b/i.test(String(contentType[0])))
    reasons.push('The Content-Type is not JSON: see which body EventBridge makes of the Input.')
  return {
    request: {
      method: textOf(destination.HttpMethod),
      url: urlOf(
        destination,
        parameters,
        merged(query, connection.query, (name) => name),
        notes,
        reasons,
      ),
      header: Object.fromEntries<Text>([
        ['User-Agent', ['Amazon/EventBridge/ApiDestinations']],
        ...(contentType ? [] : [['Content-Type', ['application/json; charset=utf-8']] as const]),
        ...sent,
      ]),
      payload: payloadOf(target, isSchedule, reasons),
      fields: {},
    },
    notes,
    reasons,
  }
}

/** Reads parameters of a target. Those that take a value of the event (`$.detail.id`) are reasons. */
function readPairs(value: unknown, what: string, reasons: string[]): Pairs {
  return Object.entries(objectOf(value) ?? {}).map(([name, one]): readonly [string, Text] => {
    if (/^\$(\.|\[|$)/.test(textOf(one)))
      reasons.push(`${what} ${name} takes its value from the event (${textOf(one)}).`)
    if (typeof one !== 'string') reasons.push(`${what} ${name} is no text.`)
    return [name, [textOf(one)]]
  })
}

/** Joins the parameters of a target and of its connection, whose values take precedence. */
function merged(ofTarget: Pairs, ofConnection: Pairs, same: (name: string) => string): Pairs {
  const taken = new Set(ofConnection.map(([name]) => same(name)))
  return [...ofTarget.filter(([name]) => !taken.has(same(name))), ...ofConnection]
}

function urlOf(destination: Fields, parameters: Fields, query: Pairs, notes: string[], reasons: string[]): Text {
  const values: readonly unknown[] = Array.isArray(parameters.PathParameterValues) ? parameters.PathParameterValues : []
  const pieces = textOf(destination.InvocationEndpoint).split('*')
  if (pieces.length !== values.length + 1)
    reasons.push(
      `The endpoint has ${pieces.length - 1} path parameters (*), and the target ${values.length} values for them.`,
    )
  for (const value of values) {
    if (/^\$(\.|\[|$)/.test(textOf(value)))
      reasons.push(`A path parameter takes its value from the event (${textOf(value)}).`)
    else if (!/^[\w.~-]+$/.test(textOf(value)) || /^\.{1,2}$/.test(textOf(value)))
      reasons.push(`How EventBridge writes ${JSON.stringify(value)} into the path is not known.`)
  }
  const address = pieces.map((piece, at) => `${at === 0 ? '' : textOf(values[at - 1]) || '*'}${piece}`).join('')
  if (query.some(([name, value]) => [name, ...value].some((part) => typeof part === 'string' && /[^\w.~-]/.test(part))))
    notes.push('Query parameters are percent-encoded; EventBridge may write them in another way that means the same.')
  const url: Text[number][] = [address]
  for (const [at, [name, value]] of query.entries()) {
    url.push(`${at > 0 || address.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=`)
    url.push(...value.map((part) => (typeof part === 'string' ? encodeURIComponent(part) : part)))
  }
  return joined(url)
}

/** Joins neighbouring characters. */
function joined(text: Text): Text {
  const parts: Text[number][] = []
  for (const part of text) {
    const last = parts.at(-1)
    if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
    else parts.push(part)
  }
  return parts
}

function payloadOf(target: Fields, isSchedule: boolean, reasons: string[]): Text | null {
  if (target.InputTransformer !== undefined || target.InputPath !== undefined) {
    reasons.push('The body is made of the event (InputTransformer or InputPath): write a constant one.')
    return null
  }
  if (typeof target.Input !== 'string') {
    reasons.push(
      'The target has no Input: EventBridge sends the event as body, with an id and a time of its own. Say which body the endpoint needs.',
    )
    return null
  }
  if (isSchedule && /<aws\.scheduler\.[a-z-]+>/.test(target.Input))
    reasons.push('The Input has placeholders (<aws.scheduler.…>), which are filled in for each call.')
  let value: unknown
  try {
    value = JSON.parse(target.Input)
  } catch {}
  if (typeof value !== 'object' || value === null)
    reasons.push('The Input is no JSON object or array: see which body EventBridge makes of it.')
  return [target.Input]
}
