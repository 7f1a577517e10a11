import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { readSearch, runSearch, taskSearch, writeSearch } from '../../src/dashboard/client/search-words.ts'

/** What a search of tasks sets. */
const set = (typed: string) => {
  const { params, problem } = readSearch(typed, taskSearch)
  expect(problem).toBeUndefined()
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))
}

test.each([
  ['invoices of  today', { search: 'invoices of today' }],
  ['is:failing', { result: 'failing' }],
  ['night IS:Paused is:never job', { search: 'night job', status: 'paused', result: 'never' }],
  ['err:503 host:api.example.com:8443', { error: '503', host: 'api.example.com:8443' }],
  ['err:"connection refused"', { error: 'connection refused' }],
  ['label:team=billing', { label: 'team=billing' }],
  ['label:team="night shift" flow:payments', { label: 'team=night shift', flow: 'payments' }],
  ['key:billing/invoices', { key: 'billing/invoices' }],
  ['id:0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10', { task: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10' }],
  ['https://api.example.com/a:b', { search: 'https://api.example.com/a:b' }],
  ['localhost:8080/x', { search: 'localhost:8080/x' }],
  ['billing: send it', { search: 'billing: send it' }],
  ['"is:failing" "say \\"no\\""', { search: 'is:failing say "no"' }],
  ['a"b constructor', { search: 'a"b constructor' }],
  ['is:paused is:paused', { status: 'paused' }],
])('a search of tasks for %s', (typed, expected) => {
  expect(set(typed)).toEqual(expected)
})

test.each([
  ['is:broken', 'is: takes failing, well, never, active, paused, disabled, such as is:failing.'],
  ['is:', /^is: takes/],
  ['is:paused is:active', 'is: cannot be two things at once; write it once.'],
  ['status:paused', /^“status:” is no word of this search\. The words are is: .* id:\. .* write "status:paused"\.$/],
  ['constructor:x', /no word/],
  ['id:0198b0b4', /^id: takes the whole id/],
  ['err:', /^err: takes a text/],
  ['host:https://x', /^host: takes a host alone/],
  ['label:=x', /^label: takes a name/],
  ['x'.repeat(201), /at most 200/],
  ['invoices -night', /^Words cannot be excluded: .* write "-night"\.$/],
  ['-err:500', /^Words cannot be excluded: .* write "-err:500"\.$/],
])('a search of tasks for %s says how it is written', (typed, expected) => {
  const { problem } = readSearch(typed, taskSearch)
  if (typeof expected === 'string') expect(problem).toBe(expected)
  else expect(problem).toMatch(expected)
})

test('in runs three digits are the status code of the answer, and a text is looked for in the error', () => {
  expect(readSearch('err:503 host:a is:failed', runSearch).params).toEqual({
    ...{ code: '503', host: 'a', label: '', name: '', text: '', status: 'failed' },
  })
  expect(readSearch('err:refused', runSearch).params).toMatchObject({ code: '', text: 'refused' })
  expect(readSearch('err:refused connection', runSearch).problem).toMatch(/in one word/)
})

test('whatever an address holds is written so that it is read back', () => {
  const odd = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.stringMatching(/^(is:|err:|x:|"|\\| |:|a|1|\/){0,9}$/),
    fc.constantFrom('is:failing', '"a', 'a\\', '\\"', 'err:"x"', 'a  b', 'localhost:1x'),
  )
  fc.assert(
    fc.property(odd, odd, fc.constantFrom('', 'a=b c', 'team="x"'), (search, error, label) => {
      const params = { search, error, label, host: '', key: '', task: '' }
      expect(readSearch(writeSearch(params, taskSearch), taskSearch)).toEqual({ params, problem: undefined })
    }),
    { numRuns: 1_000 },
  )
})
