import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'

test('traces are sampled and sent unless the settings say otherwise', () => {
  expect(readConfig({}).trace).toEqual({ isSent: true, sampleRatio: 1, url: undefined })
  const url = 'https://traces.example/t/{trace_id}?org=1'
  expect(readConfig({ TRACE_CONTEXT: 'false', TRACE_SAMPLE_RATIO: '0.25', TRACE_URL: url }).trace).toEqual({
    ...{ isSent: false, sampleRatio: 0.25 },
    url,
  })
})

test.each([
  ['TRACE_SAMPLE_RATIO', '1.5'],
  ['TRACE_SAMPLE_RATIO', '10%'],
  ['TRACE_SAMPLE_RATIO', '1e-3'],
  ['TRACE_SAMPLE_RATIO', '-1'],
  ['TRACE_URL', 'https://traces.example/'],
  ['TRACE_URL', 'javascript:alert({trace_id})'],
  ['TRACE_URL', 'traces.example/{trace_id}'],
  ['TRACE_URL', 'https://user:word@traces.example/{trace_id}'],
  ['TRACE_URL', 'https://traces.example/{trace_id}\u202e'],
])('%s=%s is refused, and the error says what it must be', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} is .*, but it must be .*\\.$`))
})
