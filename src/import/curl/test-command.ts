import type { Word } from '../shell/syntax.ts'
import { allStatuses, both, type Exit, either, judgeOf, opposite } from './exit.ts'
import { isCertainText } from './filters.ts'
import { type Known, nothing, plainOf, type Result, refused } from './result.ts'

const reason = 'is a test that is not understood.'

/** Reads `[ … ]`, `[[ … ]]` and `test …`, without the brackets. `words` are the words before they were expanded. */
export function testCommand(values: readonly Known[], words: readonly Word[], source: string): Result {
  const exit = expression(values, words)
  return exit === undefined ? refused(`${source.slice(0, 120)} ${reason}`) : { exit, output: nothing }
}

function expression(values: readonly Known[], words: readonly Word[]): Exit | undefined {
  const texts = values.map(plainOf)
  for (const [operators, join] of [
    [['-o', '||'], either],
    [['-a', '&&'], both],
  ] as const) {
    const at = texts.findIndex((text, index) => index > 1 && operators.some((operator) => operator === text))
    if (at < 0) continue
    const [left, right] = [
      expression(values.slice(0, at), words.slice(0, at)),
      expression(values.slice(at + 1), words.slice(at + 1)),
    ]
    return left === undefined || right === undefined ? undefined : join(left, right)
  }
  if (texts[0] === '!' && values.length > 1) {
    const inner = expression(values.slice(1), words.slice(1))
    return inner === undefined ? undefined : opposite(inner)
  }
  if (values.length === 2 && texts[1] !== undefined && /^-[nz]$/.test(texts[0] ?? ''))
    return (texts[1] !== '') === (texts[0] === '-n')
  if (values.length === 1) return texts[0] === undefined ? undefined : texts[0] !== ''
  if (values.length !== 3) return undefined
  const operator = texts[1] ?? ''
  const [left, right] = [values[0] as Known, values[2] as Known]
  if ('special' in right && !('special' in left)) return comparison(right, mirrored(operator), left, undefined)
  return comparison(left, operator, right, words[2])
}

const mirrored = (operator: string) =>
  ({ '-gt': '-lt', '-lt': '-gt', '-ge': '-le', '-le': '-ge' })[operator] ?? operator

function comparison(left: Known, operator: string, right: Known, word: Word | undefined): Exit | undefined {
  const text = plainOf(right)
  if (!('special' in left)) {
    const own = plainOf(left)
    return own === undefined || text === undefined ? undefined : compare(own, operator, text)
  }
  const { special } = left
  if (special.kind === 'answer' && special.writes === 'body') {
    const part = word && containedIn(word)
    if (part === undefined || !/^(==?|!=)$/.test(operator)) return undefined
    return judgeOf(special.call, operator === '!=' ? { notContains: [part] } : { contains: [part] })
  }
  if (text === undefined) return undefined
  if (special.kind === 'answer') {
    if (special.writes !== 'status' || text === '') return undefined
    const holds = allStatuses.filter((status) => compare(String(status).padStart(3, '0'), operator, text) === true)
    return compare('200', operator, text) === undefined
      ? undefined
      : judgeOf(special.call, { statuses: new Set(holds) })
  }
  if (special.kind === 'value') {
    if (!/^(==?|!=)$/.test(operator) || !isCertainText(text)) return undefined
    return judgeOf(special.call, {
      json: [{ pointer: special.pointer, [operator === '!=' ? 'not_equals' : 'equals']: text }],
    })
  }
  // $? is 0, or something else.
  if (Number(text) !== 0 || text === '') return undefined
  if (/^(-eq|==?)$/.test(operator)) return special.exit
  return /^(-ne|!=|-gt)$/.test(operator) ? opposite(special.exit) : undefined
}

/** Returns the text of a pattern `*text*` of `[[`; undefined for another word. */
function containedIn({ pieces }: Word): string | undefined {
  const [first, last] = [pieces[0], pieces.at(-1)]
  const isStar = (piece: typeof first) => piece?.kind === 'text' && !piece.isQuoted && piece.text === '*'
  const inner = pieces.slice(1, -1)
  if (pieces.length === 1 && first?.kind === 'text' && !first.isQuoted) return /^\*([\w -]+)\*$/.exec(first.text)?.[1]
  if (!isStar(first) || !isStar(last) || inner.some((piece) => piece.kind !== 'text' || !piece.isQuoted))
    return undefined
  return inner.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('') || undefined
}

function compare(left: string, operator: string, right: string): boolean | undefined {
  if (operator === '=' || operator === '==') return left === right
  if (operator === '!=') return left !== right
  if (!/^-?\d+$/.test(left) || !/^-?\d+$/.test(right)) return undefined
  const [a, b] = [Number(left), Number(right)]
  switch (operator) {
    case '-eq':
      return a === b
    case '-ne':
      return a !== b
    case '-gt':
      return a > b
    case '-ge':
      return a >= b
    case '-lt':
      return a < b
    case '-le':
      return a <= b
    default:
      return undefined
  }
}
