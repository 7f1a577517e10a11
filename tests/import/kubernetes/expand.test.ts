// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import { expandReferences, expandScript } from '../../../src/import/kubernetes/expand.ts'
import type { Reference, Value } from '../../../src/import/text.ts'

const token: Reference = { kind: 'secret', name: 'TOKEN', from: '' }
const values = new Map<string, Value>([
  ['A', ['a']],
  ['TOKEN', [token]],
  ['GONE', { unknown: 'nobody knows GONE' }],
])
const lookup = (name: string) => values.get(name)

test.each([
  ['x$(A)y', ['xay']],
  ['$(A)$(TOKEN)', ['a', token]],
  ['$$(A)', ['$(A)']],
  ['$$$(A)', ['$a']],
  ['$(B) $(A b) $A $', ['$(B) $(A b) $A $']],
  ['$(A', ['$(A']],
  ['a$$', ['a$']],
  ['', ['']],
])('%s is %j', (text, parts) => {
  expect(expandReferences(text, lookup)).toEqual(parts)
})

test('a value that is not known is not left out', () => {
  expect(expandReferences('x$(GONE)', lookup)).toEqual({ unknown: 'nobody knows GONE' })
  expect(expandScript('curl $(GONE)', lookup)).toEqual({ unknown: 'nobody knows GONE' })
})

test.each([
  ['curl -H "X: $(TOKEN)"', 'curl -H "X: ${DULY_SECRET_TOKEN}"'],
  ["curl -H 'X: $(TOKEN)' x", `curl -H 'X: '"\${DULY_SECRET_TOKEN}"'' x`],
  ['curl -H X:$(TOKEN)', 'curl -H X:"${DULY_SECRET_TOKEN}"'],
  [`# don't\ncurl -H "$(TOKEN)"`, `# don't\ncurl -H "\${DULY_SECRET_TOKEN}"`],
  ['echo "\\"$(TOKEN)"', 'echo "\\"${DULY_SECRET_TOKEN}"'],
  ['curl $(A) $(date)', 'curl a $(date)'],
])('in a script, %s is %s', (text, script) => {
  expect(expandScript(text, lookup)).toMatchObject({ script })
})
