import type { Text } from '../text.ts'
import { allStatuses, judgeOf } from './exit.ts'
import { jqPath, jqRules } from './jq-rules.ts'
import { outputFile } from './outputs.ts'
import { done, type Known, plainOf, type Result, refused, type Special } from './result.ts'

const answerOf = (input: Known | undefined): Special | undefined =>
  input && 'special' in input && input.special.kind !== 'exit' ? input.special : undefined

/** Reads `grep` on the output of a call. */
export function grep(words: readonly Known[], input: Known | undefined, kind: 'grep' | 'egrep' | 'fgrep'): Result {
  const answer = answerOf(input)
  if (!answer) return refused('grep does not read the answer of a call here.')
  const texts = words.map(plainOf)
  if (texts.some((text) => text === undefined)) return refused('grep looks for a text that is not known.')
  let [isFixed, isExtended, isWhole, readsOptions] = [kind === 'fgrep', kind === 'egrep', false, true]
  let pattern: string | undefined
  const rest = [...(texts as string[])]
  while (rest.length > 0) {
    const word = rest.shift() as string
    if (readsOptions && word === '--') readsOptions = false
    else if (
      readsOptions &&
      /^--(quiet|silent|fixed-strings|extended-regexp|line-regexp|no-messages|color(=.*)?)$/.test(word)
    ) {
      isFixed ||= word === '--fixed-strings'
      isExtended ||= word === '--extended-regexp'
      isWhole ||= word === '--line-regexp'
    } else if (readsOptions && /^-[qsoFExean]+$/.test(word)) {
      isFixed ||= word.includes('F')
      isExtended ||= word.includes('E')
      isWhole ||= word.includes('x')
      if (word.endsWith('e') && pattern === undefined) pattern = rest.shift()
      else if (word.includes('e')) return refused(`grep ${word} is not understood.`)
    } else if (readsOptions && /^-./.test(word))
      return refused(`grep ${word} has no counterpart in what a task expects.`)
    else if (pattern === undefined) pattern = word
    else return refused('grep looks into a file.')
  }
  if (pattern === undefined) return refused('grep has no pattern.')
  return match(answer, pattern, { isFixed, isExtended, isWhole })
}

interface PatternKind {
  readonly isFixed: boolean
  readonly isExtended: boolean
  readonly isWhole: boolean
}

function match(answer: Special, pattern: string, kind: PatternKind): Result {
  if (answer.kind === 'exit') return refused('grep reads an exit status.')
  const { call } = answer
  const output: Known = { unknown: 'what grep writes is not known' }
  const literal = literalOf(pattern, kind)
  const refuse = () =>
    refused(
      `grep ${JSON.stringify(pattern.slice(0, 80))}: what a task expects is a text, without patterns (expect.contains).`,
    )
  if (answer.kind === 'value') {
    const whole = literalOf(pattern.replace(/^\^|\$$/g, ''), kind)
    if (whole === undefined || !(kind.isWhole || /^\^.*\$$/s.test(pattern)) || !isCertainText(whole)) return refuse()
    return { exit: judgeOf(call, { json: [{ pointer: answer.pointer, equals: whole }] }), output }
  }
  if (answer.writes === 'status') {
    const regex = statusPattern(pattern, kind)
    if (!regex) return refuse()
    const shown = (status: number) => String(status).padStart(3, '0')
    return {
      exit: judgeOf(call, { statuses: new Set(allStatuses.filter((status) => regex.test(shown(status)))) }),
      output,
    }
  }
  if (answer.writes === 'head') {
    const [, status] = /^\^?(?:HTTP(?:\/[\d.\\]+)? +)?(\d{3})(?: [A-Za-z ]+)?$/.exec(pattern) ?? []
    if (status === undefined)
      return refused(
        `grep ${JSON.stringify(pattern.slice(0, 80))} looks into the headers of the answer, which a task cannot expect.`,
      )
    return {
      exit: judgeOf(call, { statuses: new Set([Number(status)]) }),
      output,
      note: `grep looked for ${status} in all headers; the task expects the status ${status}.`,
    }
  }
  if (answer.writes !== 'body') return refused('grep reads a mixture of the answer and of other output.')
  if (literal === undefined || kind.isWhole || literal === '' || [...literal].length > 200) return refuse()
  return { exit: judgeOf(call, { contains: [literal] }), output }
}

/** Returns the text that a pattern stands for; undefined if it stands for several. */
function literalOf(pattern: string, { isFixed, isExtended }: PatternKind): string | undefined {
  if (/[\n]/.test(pattern)) return undefined
  if (isFixed) return pattern
  const special = isExtended ? /[.[\]*^$+?(){}|]/ : /[.[\]*^$]/
  let text = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string
    if (character === '\\') {
      const next = pattern[++at]
      if (next === undefined || !/[.[\]*^$\\/"-]/.test(next)) return undefined
      text += next
    } else if (special.test(character)) return undefined
    else text += character
  }
  return text
}

/** Returns the regular expression of a pattern for statuses; undefined for one that is not certain. */
function statusPattern(pattern: string, { isFixed, isExtended, isWhole }: PatternKind): RegExp | undefined {
  if (pattern.length > 60 || !/^[\d.^$[\]|()?-]+$/.test(pattern)) return undefined
  if (isFixed && !/^\d+$/.test(pattern)) return undefined
  if (!isExtended && /[|()?]/.test(pattern)) return undefined
  try {
    return new RegExp(isWhole ? `^(?:${pattern})$` : pattern)
  } catch {
    return undefined
  }
}

/** Whether a text that `jq -r` writes can only be the JSON string of the same characters. */
export const isCertainText = (text: string): boolean => {
  try {
    JSON.parse(text)
    return false
  } catch {
    return text !== '' && !/[\r\n]/.test(text)
  }
}

/** Reads `jq` on the output of a call. */
export function jq(words: readonly Known[], input: Known | undefined): Result {
  const answer = answerOf(input)
  if (answer?.kind !== 'answer' || answer.writes !== 'body')
    return refused('jq does not read the answer of a call alone here.')
  const texts = words.map(plainOf)
  const options = texts.filter((text) => text?.startsWith('-'))
  const filters = texts.filter((text) => !text?.startsWith('-'))
  if (texts.some((text) => text === undefined)) return refused('jq has a filter that is not known.')
  const [unknown] = options.filter(
    (text) =>
      !/^(-[ercCM]+|--(exit-status|raw-output|compact-output|color-output|monochrome-output))$/.test(text as string),
  )
  if (unknown !== undefined) return refused(`jq ${unknown} is not understood.`)
  if (filters.length > 1) return refused('jq reads a file.')
  const filter = filters[0] ?? '.'
  const judges = options.some((text) => /^-[a-zA-Z]*e|^--exit/.test(text as string))
  const isRaw = options.some((text) => /^-[a-zA-Z]*r|^--raw/.test(text as string))
  const read = jqPath(filter)
  const output: Known =
    read?.rest === '' && isRaw
      ? { special: { kind: 'value', call: answer.call, pointer: read.pointer } }
      : { unknown: 'what jq writes is not known' }
  if (!judges)
    return {
      exit: true,
      output,
      note: 'jq without -e only prints: that an answer is no JSON was a failure, and is none of the task.',
    }
  const rules = jqRules(filter)
  if (!rules)
    return refused(
      `jq ${JSON.stringify(filter.slice(0, 100))}: what a task expects is compared with ==, !=, >= and <= (expect.json).`,
    )
  return { exit: judgeOf(answer.call, { json: rules }), output }
}

/** Reads a command that passes its input on, or prints a part of it. */
export function passOn(name: string, words: readonly Known[], input: Known): Result {
  if (name === 'cat') return { ...done, output: input }
  if (name === 'tee') {
    const remarks = words.filter((word) => !plainOf(word)?.startsWith('-')).map((word) => outputFile('tee', word))
    const [remark] = remarks.filter((one) => one !== undefined)
    return {
      ...done,
      output: input,
      ...(remark && 'reason' in remark ? remark : {}),
      ...(remark && 'note' in remark ? remark : {}),
    }
  }
  const answer = answerOf(input)
  const options = words.map(plainOf).join(' ')
  if (answer?.kind === 'answer' && answer.writes === 'body-status') {
    const { call } = answer
    if (name === 'tail' && /^(-n ?1|-1)$/.test(options))
      return { ...done, output: { special: { kind: 'answer', call, writes: 'status' } } }
    if ((name === 'head' && /^-n ?-1$/.test(options)) || (name === 'sed' && options === '$d'))
      return { ...done, output: { special: { kind: 'answer', call, writes: 'body' } } }
  }
  return { ...done, output: { unknown: `what ${name} writes is not known` } }
}

/** Reads a text as `printf` writes it; undefined for a format that is not understood. */
export function printf(format: string, values: readonly Text[]): Text | undefined {
  const parts: Text[number][] = []
  const rest = [...values]
  let plain = ''
  for (let at = 0; at < format.length; at++) {
    const character = format[at] as string
    if (character !== '%' && character !== '\\') plain += character
    else {
      const next = format[++at]
      const escaped =
        character === '\\' && next !== undefined
          ? ({ n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"' } as const)[next as 'n']
          : undefined
      if (escaped !== undefined) plain += escaped
      else if (character === '%' && next === '%') plain += '%'
      else if (character === '%' && next === 's') {
        parts.push(plain, ...(rest.shift() ?? ['']))
        plain = ''
      } else if (character === '%' && next === 'd' && /^\d+$/.test(plainOf(rest[0]) ?? ''))
        plain += plainOf(rest.shift())
      else return undefined
    }
  }
  return rest.length > 0 ? undefined : [...parts, plain]
}
