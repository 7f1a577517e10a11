import { afterAll, beforeAll, expect, test } from 'bun:test'
import { curlOptions } from '../../../src/import/curl/curl-options.ts'
import type { Option } from '../../../src/import/curl/option.ts'
import { parseOptions } from '../../../src/import/curl/parse-options.ts'
import { readCommandLine } from '../../../src/import/curl/read-command.ts'
import { wgetOptions } from '../../../src/import/curl/wget-options.ts'
import type { FoundRequest } from '../../../src/import/model.ts'
import { plainText } from '../../../src/import/text.ts'
import { call } from '../../../src/scheduler/call/call.ts'
import { outbound } from '../../support/outbound.ts'
import { caseName, generatedCases, scriptCases, withoutRecording, writtenCases } from './cases.ts'
import { filled, type Recorded, type Recording, startRecorder } from './record.ts'
import recorded from './recorded.json'

const { requests } = recorded as unknown as Recording

let recorder: Awaited<ReturnType<typeof startRecorder>>
beforeAll(async () => {
  recorder = await startRecorder()
})
afterAll(() => recorder.stop())

/** Sends what Duly sends for a task with this request. */
async function send({ method, url, header, payload, fields }: FoundRequest): Promise<void> {
  await call(outbound(), {
    method,
    url: plainText(url) as string,
    header: Object.fromEntries(Object.entries(header).map(([name, value]) => [name, plainText(value) as string])),
    payload: payload && (plainText(payload) as string),
    host: (fields.host as string | undefined) ?? null,
    identity: {},
    staysWithOrigin: () => false,
    timeoutMs: 3_000,
  })
}

/** Command lines that need a person, since Duly would send something else. */
const refused: ReadonlySet<string> = new Set(['curl {target}/%7Euser/%2e'])

for (const [what, cases] of [
  ['in which options matter', writtenCases],
  ['that are scripts', scriptCases],
  ['with an option that changes nothing', generatedCases],
] as const) {
  test(`Duly sends what curl and wget send: command lines ${what}`, async () => {
    const wrong: unknown[] = []
    for (const one of cases) {
      const name = caseName(one)
      const read = readCommandLine(
        one.words.map((word) => [filled(word, recorder.host)]),
        new Map(),
        one.stdin === undefined ? undefined : [one.stdin],
      )
      if (!refused.has(name)) for (const request of read.requests) await send(request)
      const sent: Recorded[] = recorder.take()
      const own = requests[name]
      const option = /--([\w.-]+)/.exec(name.replace('-O /dev/null ', ''))?.[1] ?? ''
      if (!own?.length && cases === generatedCases && withoutRecording.has(option)) continue
      // A note says that other characters of the address are percent-encoded.
      const isNoted = read.notes.some(({ text }) => text.includes('sends the address as'))
      const shown = (list: readonly Recorded[] = []) =>
        list.map((request) => (isNoted ? { ...request, path: decodeURIComponent(request.path) } : request))
      if (refused.has(name)) {
        expect(read.reasons).not.toEqual([])
        continue
      }
      if (read.reasons.length > 0) wrong.push({ name, reasons: read.reasons })
      else if (!Bun.deepEquals(shown(sent), shown(own))) wrong.push({ name, sent, recorded: own })
    }
    expect(wrong).toEqual([])
  })
}

test('every option of the tables has a command line, or is a reason', () => {
  const covered = new Set<Option>()
  for (const { words } of [...writtenCases, ...generatedCases]) {
    const [program, ...rest] = words as [string, ...string[]]
    const options = program === 'curl' ? curlOptions : wgetOptions
    for (const argument of parseOptions(
      rest.map((word) => [word]),
      { program, options, hasEquals: program === 'wget' },
    ).arguments)
      if ('option' in argument) covered.add(argument.option)
  }
  const all = [...curlOptions, ...wgetOptions]
  const isRefused = ({ effect }: Option) => typeof effect === 'object' && 'reason' in effect
  // What these mean is a reason at every value, or an alias that the recorded version does not have.
  const asReasons = [
    'remote-name',
    'remote-name-all',
    'remote-header-name',
    'upload-file',
    'input-file',
    'follow',
    'out-null',
    'show-headers',
  ]
  const missing = all.filter((option) => !covered.has(option) && !isRefused(option) && !asReasons.includes(option.name))
  expect(missing.map(({ name }) => name)).toEqual([])
  for (const { options, program } of [
    { options: curlOptions, program: 'curl' },
    { options: wgetOptions, program: 'wget' },
  ])
    for (const option of options.filter(isRefused)) {
      const words = [
        program,
        `--${program === 'wget' && /^(clobber|check-certificate)$/.test(option.name) ? 'no-' : ''}${option.name}`,
        ...(option.takesValue ? ['1'] : []),
        'https://a.example/',
      ]
      const read = readCommandLine(
        words.map((word) => [word]),
        new Map(),
      )
      expect([words, read.reasons.length > 0]).toEqual([words, true])
    }
  expect(new Set(curlOptions.map(({ name }) => name)).size).toBe(curlOptions.length)
  expect(new Set(wgetOptions.map(({ name }) => name)).size).toBe(wgetOptions.length)
})
