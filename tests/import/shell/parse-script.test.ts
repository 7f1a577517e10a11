import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readCommandLine, readScript } from '../../../src/import/curl/read-command.ts'
import { expandWord } from '../../../src/import/shell/expand-word.ts'
import { parseScript } from '../../../src/import/shell/parse-script.ts'
import { NotUnderstood } from '../../../src/import/shell/syntax.ts'
import { expectWork, workSoFar } from '../../support/promised.ts'

/** Splits a script of one command into its words. */
function split(script: string): unknown[] {
  const [statement] = parseScript(script)
  const command = statement?.first.commands[0]
  if (command?.kind !== 'simple') return []
  const around = { lookup: () => undefined, output: () => ({ unknown: 'output' }), splits: () => {} }
  return command.words.flatMap((word) => expandWord<never>(word, around))
}

const quoters: readonly ((text: string) => string)[] = [
  (text) => `'${text.replaceAll("'", "'\\''")}'`,
  (text) => `"${text.replace(/[$`"\\]/g, '\\$&')}"`,
  (text) => (text === '' ? "''" : [...text].map((one) => (one === '\n' ? "'\n'" : `\\${one}`)).join('')),
  (text) => `$'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`,
]
const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((one) => !/[\r\0]/.test(one))

test('words that are quoted in any way split back into themselves', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(3)), { minLength: 1, maxLength: 6 }), (words) => {
      const script = `printf ${words.map(([word, how]) => (quoters[how] as (text: string) => string)(word)).join(' ')}`
      expect(split(script)).toEqual([['printf'], ...words.map(([word]) => [word])])
    }),
    { numRuns: 300 },
  )
})

const pieces = fc.constantFrom(
  'curl ',
  'wget ',
  'http://a',
  ' -d ',
  '$(',
  ')',
  '`',
  '"',
  "'",
  '\\',
  '${',
  '}',
  '$A',
  ':-',
  '<<E\n',
  '\nE\n',
  ' | ',
  ' || ',
  ' && ',
  ';',
  '\n',
  '&',
  '(',
  '{ ',
  ' }',
  'if ',
  'then ',
  'else ',
  'fi',
  'for a in b ',
  'do ',
  'done',
  '[ ',
  ' ]',
  '[[ ',
  ' ]]',
  '!',
  ' = ',
  'jq -e ',
  'grep ',
  'exit 1',
  ' > ',
  '2>&1',
  '#',
  'set -e',
  '-w %{http_code} ',
  '{a,b}',
  '*',
  '~',
)

test('any text is read without an exception', () => {
  const scripts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(pieces, { maxLength: 40 }).map((some) => some.join('')),
  )
  fc.assert(
    fc.property(scripts, (script) => {
      const { requests, reasons, isOther } = readScript(script, new Map())
      expect(isOther || requests.length > 0 || reasons.length > 0).toBe(true)
      const words = script.split(' ').map((word) => [word])
      for (const program of ['curl', 'wget', 'sh']) readCommandLine([[program], ...words], new Map())
    }),
    { numRuns: 1000 },
  )
})

test('what would take long is read in a bounded time', () => {
  const many = 50_000
  const began = workSoFar()
  for (const script of [
    `curl ${'"'.repeat(many)}`,
    `curl ${'$('.repeat(many)}`,
    '`'.repeat(many),
    '{'.repeat(many),
    '('.repeat(many),
    '${A:-'.repeat(many),
    '<<E '.repeat(many / 10),
    `curl http://a ${'-d a '.repeat(many)}`,
    `curl http://a ${'-H a:b '.repeat(many / 10)}`,
    'echo a;'.repeat(many / 5),
    `curl -f http://a${' && echo a'.repeat(many / 10)}`,
    'if '.repeat(many),
    `${'for a in a b; do '.repeat(30)} curl http://a; ${'done;'.repeat(30)}`,
    `curl http://a | jq -e '${'.a and '.repeat(many)}'`,
    `curl http://a | grep '${'('.repeat(many)}'`,
    `A=${'a '.repeat(many)}; curl $A`,
    'a'.repeat(300_000),
    `${'\\\n'.repeat(many)}curl http://a`,
    'curl http://a\n'.repeat(many / 5),
    'sleep 1\n'.repeat(many / 5),
    Array.from({ length: many / 10 }, (_, at) => `A${at}=1\ncurl http://a && :\n`).join(''),
    'curl http://a && '.repeat(many / 10),
    `${'if curl http://a; then '.repeat(1000)} :; ${'fi;'.repeat(1000)}`,
    `${'if curl http://a; then :; else '.repeat(35)} :; ${'fi;'.repeat(35)}`,
    `curl http://a ${'http://b '.repeat(many / 10)}`,
    'echo $('.repeat(39) + ')'.repeat(39),
    '$(echo '.repeat(39) + ')'.repeat(39),
    `curl -F '${'a;'.repeat(many)}=b' http://a`,
    `curl 'http://a/${'../'.repeat(many)}'`,
  ])
    readScript(script, new Map())
  expectWork(10_000, began)
})

test('lines are counted where something is not understood', () => {
  for (const [script, line] of [
    ['echo a\nwhile true', 1],
    ['echo "a\nb"\n\necho \'c', 3],
    ['cat <<E\na\nE\n(', 3],
  ] as const) {
    let found: unknown
    try {
      parseScript(script)
    } catch (error) {
      found = error
    }
    expect(found).toBeInstanceOf(NotUnderstood)
    expect([script, (found as NotUnderstood).line]).toEqual([script, line])
  }
})
