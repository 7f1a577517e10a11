import { isUuid } from '../../formats/uuid.ts'
import { isFlowName, isHost, isStatusCode } from './params.ts'

/** What a word sets: params of the address, all of them texts. Or a sentence that says how the word is written. */
type Effect = Readonly<Record<string, string>> | string

/** What a field searches for. */
export interface SearchKind {
  readonly words: Readonly<Record<string, (value: string) => Effect>>
  /** The param of the text that is not a word. */
  readonly text: string
  /** The words that only the field shows, in their order, each with its param. Params of other words have filters of their own. */
  readonly own: Readonly<Record<string, string>>
  /** What can stand behind `is:`, each with its param. */
  readonly states: Readonly<Record<string, string>>
}

/** What a search says. */
export interface Search {
  /** Each param that only the field shows, '' where nothing is said, and those that its words set beside. */
  readonly params: Readonly<Record<string, string>>
  /** What is wrong with the words and how they are written. */
  readonly problem: string | undefined
}

const quoted = '"((?:[^"\\\\]|\\\\.)*)"(?=\\s|$)'
// A word with a value in quotes, a text in quotes, or anything up to the next space.
const parts = new RegExp(`([a-z]+:[^\\s"]*)${quoted}|${quoted}|(\\S+)`, 'gi')
const unquote = (text: string) => text.replace(/\\(.)/g, '$1')
const quote = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`

/**
 * Reads a search such as `is:failing err:"connection refused" invoices`. What is in quotes is a text, and so are an address
 * (`https://…`), a host with its port and a colon without a value.
 */
export function readSearch(typed: string, kind: SearchKind): Search {
  const { text: textParam, own } = kind
  const words = { is: (value: string) => state(value, kind), ...kind.words }
  const texts: string[] = []
  const set: Record<string, string> = {}
  const problems: string[] = []
  for (const [part, head, ending = '', text, plain] of typed.matchAll(parts)) {
    const whole = text === undefined ? (plain ?? head + unquote(ending)) : unquote(text)
    const [, name = '', value = ''] = (text === undefined && /^([a-z]+):(.*)$/is.exec(whole)) || []
    const effect = new Map(Object.entries(words)).get(name.toLowerCase())?.(value)
    if (plain !== undefined && /^-[a-z]/i.test(plain)) problems.push(excluded(part))
    if (effect === undefined) {
      if (value !== '' && !/^(\/\/|\d+(\/|$))/.test(value)) problems.push(unknown(name, part, Object.keys(words)))
      texts.push(whole)
    } else if (typeof effect === 'string') problems.push(`${name}: ${effect}`)
    else if (Object.keys(effect).some((param) => param in set && set[param] !== effect[param]))
      problems.push(`${name}: cannot be two things at once; write it once.`)
    else Object.assign(set, effect)
  }
  const text = texts.join(' ')
  if (text.length > 200) problems.push('A text has at most 200 characters.')
  if (text !== '' && textParam in set) problems.push(`Write all that it contains in one word, such as err:"${text}".`)
  const empty = Object.fromEntries(Object.values(own).map((param) => [param, '']))
  return { params: { ...empty, [textParam]: text, ...set }, problem: problems[0] }
}

/** Writes what only the field shows of an address, so that `readSearch` reads it back. */
export function writeSearch(params: Readonly<Record<string, unknown>>, kind: SearchKind): string {
  const words = Object.entries(kind.own).map(([name, param]) => {
    const value = String(params[param])
    return value === '' ? '' : `${name}:${/[\s"]/.test(value) ? quote(value) : value}`
  })
  return [...words, writeText(String(params[kind.text]), kind)].filter(Boolean).join(' ')
}

/** Writes a text so that `readSearch` finds no word in it: in quotes, where it must be. */
export function writeText(text: string, kind: SearchKind): string {
  const { params: read, problem } = readSearch(text, kind)
  const isPlain = problem === undefined && read[kind.text] === text && Object.values(read).join('') === text
  return text === '' || isPlain ? text : quote(text)
}

const excluded = (part: string) =>
  `Words cannot be excluded: each narrows the list to what has it. To look for “${part}” as it stands, write ${quote(part)}.`

/** The first word of a text that may have been meant as a label, such as `team=stock`, and the text without it. */
export function labelIn(text: string): { readonly label: string; readonly rest: string } | undefined {
  const words = text.split(' ')
  const label = words.find((word) => /^[a-zA-Z0-9._/-]{1,63}=./.test(word))
  return label === undefined ? undefined : { label, rest: words.filter((word) => word !== label).join(' ') }
}

function unknown(name: string, part: string, words: readonly string[]): string {
  const known = words.map((word) => `${word}:`)
  return `“${name}:” is no word of this search. The words are ${known.join(' ')}. To look for it as it stands, write ${quote(part)}.`
}

function state(value: string, { states }: SearchKind): Effect {
  const param = new Map(Object.entries(states)).get(value.toLowerCase())
  if (param !== undefined) return { [param]: value.toLowerCase() }
  return `takes ${Object.keys(states).join(', ')}, such as is:${Object.keys(states)[0]}.`
}

const textOf = (param: string, example: string) => (value: string) =>
  value === '' || value.length > 200
    ? `takes a text of at most 200 characters, such as ${example}.`
    : { [param]: value }
const host = (value: string) => (isHost(value) ? { host: value } : 'takes a host alone, such as host:api.example.com.')
const id = (value: string) =>
  isUuid(value) ? { task: value } : 'takes the whole id of a task, such as id:0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10.'
const label = (value: string) =>
  /^[a-zA-Z0-9._/-]{1,63}(=.{0,200})?$/.test(value)
    ? { label: value }
    : 'takes a name, or a name and its value, such as label:team=billing.'

const used = (param: string, example: string) => (value: string) =>
  isFlowName(value) ? { [param]: value } : `takes the name of a ${param.replace('tls_', 'TLS ')}, such as ${example}.`

/** The words by which tasks are searched for. */
export const taskSearch: SearchKind = {
  text: 'search',
  own: { err: 'error', host: 'host', label: 'label', key: 'key', id: 'task' },
  states: {
    ...{ failing: 'result', well: 'result', never: 'result' },
    ...{ active: 'status', paused: 'status', disabled: 'status' },
  },
  words: {
    err: textOf('error', 'err:503'),
    host,
    label,
    flow: used('flow', 'flow:payments'),
    calendar: used('calendar', 'calendar:berlin'),
    tls: used('tls_profile', 'tls:partner'),
    key: textOf('key', 'key:billing/invoices'),
    id,
  },
}

/** The words by which runs are searched for. A text alone is looked for in the error, too. */
export const runSearch: SearchKind = {
  text: 'text',
  own: { task: 'name', err: 'code', host: 'host', label: 'label' },
  states: { failed: 'status', success: 'status', skipped: 'status', started: 'status', queued: 'status' },
  words: {
    task: textOf('name', 'task:invoices'),
    err: (value) => (isStatusCode(value) ? { code: value } : textOf('text', 'err:503 or err:refused')(value)),
    host,
    label,
    id,
  },
}
