import { authority } from './certificates.ts'
// Inputs are made as JSON text and not as values: a value can say neither `1e400` nor `-0` nor a name that stands twice.

/** What the scene of the fuzzer holds, so that an input can name it: see fuzz-scene.ts. */
export const ids = {
  owner: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10',
  stranger: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e11',
  idle: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e20',
  busy: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e21',
  /** A task that keeps to a calendar. */
  kept: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e23',
  foreign: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e22',
  nobodys: '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e30',
}
export const writtenAt = '2026-01-01T00:00:00Z'
export const storedTime = '2098-01-01T00:00:00Z'

/** The words of a text, each as it stands. */
const words = (text: string): string[] => text.trim().split(/\s+/)
/**
 * The words of a text as JSON strings. A word is what stands between the quotes: a space in it is \u0020. (In String.raw
 * every other character beyond ASCII is escaped as well: Bun 1.4.5 would write \\u{1f600} for one that is not.)
 */
const strings = (text: string): string[] => words(text).map((word) => `"${word}"`)
/** The same as texts. */
export const texts = (text: string): string[] => strings(text).map((word): string => JSON.parse(word))
const long = (character: string, length: number) => JSON.stringify(character.repeat(length))

/** Strings that a reader, a formatter or a database stumbles over. */
export const hostileStrings: readonly string[] = [
  ...strings(String.raw`\u0000 a\u0000b \ud800 x\udfff \ude00\ud83d \ud83d\ude00 \u202egpj.exe \u0001\u001f\u007f\u0085 \u0020
    \u2028\u2029 \ufeff \u200b e\u0301 __proto__ constructor toString null [object\u0020Object] \u0027;drop\u0020table\u0020task;--
    %s%n %00 \u0024{7*7} {{7*7}} <script>alert(1)</script> ../../etc/passwd \\ 0 -0 5 1e3 0x10 true NaN \r\nx-evil:1`),
  ...['""', long('x', 201), long('😀', 200), long('😀', 201), long('x', 4097), long('é', 131_072), long('é', 131_073)],
]
export const hostileTexts = hostileStrings.map((text): string => JSON.parse(text))

export const numbers = words(`0 -0 1 -1 1.0 1e0 10e-1 1.5 0.1 11 3601 5259601 2147483647 2147483648 4294967297
  9007199254740993 9223372036854775808 1e20 1e400 -1e400 5e-324 1e-7 ${'1'.repeat(1000)}`)

const nested = (depth: number) => [
  '['.repeat(depth) + ']'.repeat(depth),
  `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
]
export const containers: readonly string[] = [
  ...words(`[] {} [[]] [null] [1,2] ["x"] {"":""} {"length":1000000000} {"toJSON":1,"toString":1} {"valueOf":null}
    {"__proto__":{"x":"y"}} {"constructor":{"prototype":{}}} {"a":1,"a":2}`),
  ...[...nested(31), ...nested(32), ...nested(10_000)],
]
/** No JSON at all, where a value should stand. */
export const broken = [
  '',
  ...words(String.raw`0x10 01 +1 .5 1. NaN Infinity undefined 'x' "\x" "\ud8"`),
  '"\0"',
  '"\n"',
]

const times = strings(String.raw`
  2026-02-30T00:00:00Z 2025-02-29T00:00:00Z 2028-02-29T23:59:59Z 2026-13-01T00:00:00Z 2026-00-10T00:00:00Z
  2026-01-01T24:00:00Z 2016-12-31T23:59:60Z 2026-01-01T00:00:00 2026-01-01 2026-01-01\u002000:00:00Z 20260101T000000Z
  0000-01-01T00:00:00Z 0001-01-01T00:00:00Z 0001-01-01T00:00:00+00:01 9999-12-31T23:59:59.999999Z
  9999-12-31T23:59:59-00:01 10000-01-01T00:00:00Z -0001-01-01T00:00:00Z +002026-01-01T00:00:00Z 2026-01-01t00:00:00z
  2026-01-01T00:00:00+24:00 2026-01-01T00:00:00-23:59 2026-01-01T00:00:00+0100 2026-01-01T00:00:00,5Z 1700000000
  2026-01-01T00:00:00.Z 2026-01-01T00:00:00.9999999Z 2026-01-01T00:00:00.${'9'.repeat(500)}Z infinity -infinity now
  tomorrow 2026-W01-1T00:00:00Z 2026-01-01T00:00:00Z\n \u00202026-01-01T00:00:00Z \uff12\uff10\uff12\uff16-01-01T00:00:00Z
  2026-01-01T00:00:00\u221201:00 2026-01-01T00:00:00\u0020BC`)
const uuids = strings(String.raw`urn:uuid:${ids.idle} {${ids.idle}} ${ids.idle.replaceAll('-', '')} ${ids.idle}\u0020
  ${ids.idle}\u0000 ${ids.idle}\n ${ids.idle.replace('0', '\uff10')} ${ids.idle.toUpperCase()} ${ids.foreign} ${ids.owner}
  ${'0'.repeat(36)} 00000000-0000-0000-0000-000000000000`)
const urls = strings(String.raw`
  http:// http:///x http:x //h/ h ftp://h/ file:///etc/passwd javascript:1 data:,x http://u:p@h/ http://u@h http://h:99999/
  http://h:0/ http://[::1]/ http://[::1/ http://256.1.1.1/ http://h/\ud800 http://h/\u0000 http://h/\u0020x \u0020http://h/
  http://h\\@x/ http://h/\n HTTP://H/ http://\u00e4.example/\u00fc?\u00df#\u00e9 http://xn--a/ http://%/ http://h/% http://0x7f.1/ http://*/
  http://\u2460\u2461\u2466.0.0.1/ http://h/${'x'.repeat(4087)} http://h/${'x'.repeat(4088)} http://${'h'.repeat(300)}/ https://:443/
  http://a\u0020b/ http://h# http://h?`)
const many = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-${at}`, ''])))
const headers = [
  ...words(String.raw`{"Host":"x"} {"duly-a":"x"} {"a":"1","A":"2"} {"a":"1","a":"2"} {"":"x"} {"a\u0020b":"x"} {"a":1}
    {"a":null} {"a":["x"]} {"a":{}} {"a":"\r\nx:y"} {"a":"\u0000"} {"a":"\u00e9"} {"\u00e9":"a"} {"__proto__":"x"} {"__proto__":{}}
    {"constructor":"x"} {"hasOwnProperty":"x","toString":"y"} [["a","b"]] "a:b" [] {"a":"\t"} {"a":"\u0020"} {"a/b~c":1}
    {"a":"${'x'.repeat(4096)}"} {"a":"${'x'.repeat(4097)}"} {"${'n'.repeat(129)}":"x"}`),
  ...[many(64), many(65), many(3000)],
]
const spaced = (fields: string) => fields.replaceAll('_', String.raw`\u0020`)
const crons = strings(
  spaced(String.raw`*_*_*_*_*_* 0_0_31_2_* @daily 0_0_L_*_* 60_*_*_*_* */0_*_*_*_* 5-1_*_*_*_* *_*_*_* \u0000_*_*_*_*
    *__*\t*_*_* ${'0,'.repeat(5000)}0_*_*_*_* 0_0_*_*_7 0_0_29_2_MON */99999999999_*_*_*_* -1_*_*_*_* 1e1_*_*_*_* \u0663_*_*_*_*`),
)
const zones = [
  '""',
  ...strings(String.raw`Mars/Olympus europe/berlin UTC\u0000 +01:00 EST5EDT ../etc/passwd Europe/Berlin\u0020
  __proto__ posixrules`),
]

/** The beginning of a quarter hour of the coming day. */
export const quarterAhead = new Date((Math.floor(Date.now() / 900_000) + 40) * 900_000).toISOString()

/** What may stand in a field, by its name; a field that is not here is made from its schema. */
export const rightful: Readonly<Record<string, readonly string[]>> = {
  tls_profile: ['null'],
  flow: ['null'],
  // A task that runs once can have no end.
  ends_at: ['null'],
  max_runs: ['null'],
  // Only a paused task may have one.
  paused_until: ['null'],
  until: ['null', JSON.stringify(storedTime)],
  // Of what is run again.
  from: strings(writtenAt),
  to: strings(storedTime),
  label: strings('team=billing'),
  // Shorter than any interval.
  spread_seconds: ['0', '4'],
  calendar: ['null'],
  calendar_rule: ['skip', 'next', 'previous', 'only_closed'],
  at: [JSON.stringify(quarterAhead)],
  ics: ['null'],
  day: strings('2026-12-25 1970-01-01 9999-12-31'),
  weekend: words('[] ["friday"]'),
  ca: [JSON.stringify(authority)],
  certificate: ['null'],
  private_key: ['null'],
  name: [
    ...strings(String.raw`A A\u0020task \u202eabc \u0020a\u0020 \u0130\u00df \u0027;--`),
    long('😀', 200),
    long('x', 200),
  ],
  url: strings(`http://127.0.0.1:9/ https://example.com HTTP://h?x http://h/${'x'.repeat(4087)} http://ä.example/ü`),
  header: [
    ...words(String.raw`{} {"Accept":"a/b"} {"__proto__":"x"} {"constructor":"x"} {"a":"","b":"\u0020"}`),
    many(64),
  ],
  payload: ['null', '""', ...strings(String.raw`{} \u0001\r\n\t null \ufeff`), long('😀', 65_536)],
  addresses: strings('ops@example.com a@b'),
  rotate_secret: ['false'],
  method: strings('GET HEAD POST PUT PATCH DELETE OPTIONS get oPtIoNs'),
  retry: ['null', ...words('{} {"min_backoff_seconds":1,"max_doublings":0,"on":["5xx",408,"500-504","no_answer"]}')],
  labels: words('{} {"team":"billing"} {"__proto__":""}'),
  host: ['null', ...strings('a.example [::1]:80')],
  expect: [
    'null',
    ...words('{"status":["2xx",304]} {"contains":"a"} {"json":[{"pointer":"/__proto__/a~1b","equals":null}]}'),
  ],
  scheduled_at: [
    'null',
    ...strings(`${storedTime} 2099-01-01T00:00:00Z 2001-02-28T23:59:59.123456+05:45
    9999-12-31T23:59:59Z 0001-01-01T00:00:00Z`),
  ],
  cron: strings(spaced('30_2_*_*_MON-FRI */5_*_*_*_* 0_0_29_2_*')),
  time_zone: ['null', ...strings('UTC Europe/Berlin Pacific/Chatham')],
  expires_at: ['null', ...strings(`${storedTime} 9999-12-31T23:59:59Z`)],
  key: ['null', ...strings(`a nightly/report.1 ${ids.idle} ${ids.busy}`)],
  value: strings(String.raw`s3cret a\u0020b`),
  id: strings(`${ids.idle} ${ids.idle.toUpperCase()}`),
  execution_id: strings(`${ids.idle} ${ids.busy}`),
  service_id: strings(ids.owner),
  created_at: strings(`${writtenAt} 2026-01-01T01:00:00.000000+01:00`),
  updated_at: strings(writtenAt),
  ids: strings(`${ids.idle} ${ids.busy} ${ids.foreign} ${ids.nobodys}`),
}

/** What may nearly stand in a field, by its name, its format or its type. */
export const nearly: Readonly<Record<string, readonly string[]>> = {
  ...{
    url: urls,
    header: headers,
    cron: crons,
    time_zone: zones,
    host: strings(String.raw`http://h h/x u@h h:0 [::1 h\r\nx:1 \u0000 \u00e4.example ${'h'.repeat(261)}`),
    expect: [
      ...words(String.raw`{} {"status":[]} {"status":["404-400"]} {"contains":"\u0000"} {"contains":["\ud800"]} {"json":[{}]}
        {"json":[{"pointer":"x","equals":1}]} {"json":[{"pointer":"","equals":1e400}]} {"json":[{"pointer":"","equals":"\u0000"}]}
        {"json":[{"pointer":"/x","equals":{"__proto__":{"\udfff":1},"toJSON":1}}]} {"json":[{"pointer":"","absent":false}]}
        {"json":[{"pointer":"","equals":1,"present":true}]} {"json":[{"pointer":"","at_least":9007199254740993}]}`),
      ...numbers.map((number) => `{"json":[{"pointer":"/n","equals":[${number}]}]}`),
      ...containers.map((value) => `{"json":[{"pointer":"/n","not_equals":${value}}]}`),
    ],
    method: strings(String.raw`TRACE CONNECT GET\u0020 \uff27\uff25\uff34 pO\u017ft`),
  },
  ...{ 'date-time': times, uuid: uuids, integer: numbers },
}
