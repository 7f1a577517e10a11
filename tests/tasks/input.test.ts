import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase, sql } from '../support/database.ts'

let owner: Account
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
})
// Whatever was refused: nothing of it is stored.
afterAll(async () => expect(await sql`select 1 from task`).toHaveLength(0))

/** Every value in its place is a 400 that names this field and no other. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  name: [null, 5, true, [], {}, '', '   ', '\t\n', 'x'.repeat(201), '😀'.repeat(201), 'a\0b', '\ud800', 'a\udc00b'],
  url: [
    ...[null, 5, [], {}, '', 'example.com', '//example.com', '/path', 'http:', 'http://', 'http:/x', 'http:///x'],
    ...['javascript:alert(1)', 'file:///etc/passwd', 'data:text/plain,x', 'ftp://h/', 's3://b/k', 'blob:http://h/x'],
    ...['http://user@h/', 'http://user:pass@h/', 'http://@h/', 'http://:@h/', 'https://?x', 'http://#x', 'http://:80/'],
    ...[' http://h/', 'http://h/ ', 'http://h/a b', 'http://h/\n', 'http://h/\u2028', 'http://h/\u0001', 'http://h/\0'],
    ...[
      'http://h:99999/',
      'http://h:x/',
      'http://h:-1/',
      'http:\\\\h\\x',
      'http://h\\x',
      'http://h/\\',
      'http://h/\ud800',
    ],
    ...['http://[::1/', 'http://1.2.3.4.5/', 'http://999.1.1.1/', 'http://%00/', 'http://a<b/'],
    `http://h/${'x'.repeat(4088)}`,
  ],
  method: [null, 5, [], '', 'CONNECT', 'TRACE', 'GET ', 'GET,POST', 'poſt', 'G\0ET'],
  status: [null, 1, true, [], '', 'Active', 'running', 'active ', 'deleted'],
  payload: [5, true, [], {}, 'x'.repeat(262_145), 'ä'.repeat(131_073), '\0', 'x\ud83d', '\udc00'],
  frequency: ['5', 5.5, 1e20, 0, -1, true, [], {}, '', 2_147_483_648],
  unit: [5, '', 'second', 'year', 'hours', 'Hour', 'HOUR', 'hour ', [], {}],
  timeout_seconds: [0, 3601, -1, 1.5, '30', true, [], {}],
  retries: [null, 11, -1, 0.5, '1', false, [], {}],
  scheduled_at: [
    ...[0, 1_790_000_000, 1_790_000_000_000, true, [], {}, '', 'now', 'tomorrow', '1790000000', '2026', '2026-11'],
    ...['2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2100-02-29T00:00:00Z', '2026-04-31T00:00:00Z'],
    ...['2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-32T00:00:00Z'],
    ...['2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:60Z', '2016-12-31T23:59:60Z'],
    ...['2026-01-01', '2026-01-01T00:00:00', '2026-01-01T00:00Z', '2026-01-01 00:00:00Z', '2026-1-1T0:0:0Z'],
    ...['2026-01-01T00:00:00+0100', '2026-01-01T00:00:00+01', '2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00+00:60'],
    ...['2026-01-01T00:00:00.Z', '2026-01-01T00:00:00,5Z', '2026-01-01T00:00:00ZZ', '2026-01-01T00:00:00Z\n'],
    ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+00:01', '9999-12-31T23:59:59-00:01', '10000-01-01T00:00:00Z'],
    ...['+275760-09-13T00:00:00Z', '-0001-01-01T00:00:00Z', 'infinity', '-infinity', '２０２６-01-01T00:00:00Z'],
    ...['2026-W01-1', '20260101T000000Z', 'Thu, 01 Jan 2026 00:00:00 GMT', '2026-01-01T00:00:00\0Z'],
  ],
}

for (const [field, values] of Object.entries(wrong))
  test(`refuses a wrong ${field}, and names it`, async () => {
    for (const value of values) {
      const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, [field]: value })
      const paths = body.errors?.map((error: { path: string }) => error.path)
      expect({ value, status, paths }).toEqual({ value, status: 400, paths: [`/${field}`] })
    }
  })

const refusedNames = [
  ...['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'Keep-Alive', 'TE', 'Trailer', 'Upgrade', 'Expect'],
  ...['Proxy-Authorization', 'Proxy-Connection', 'Proxy-', 'Duly-Task-Id', 'Duly-', 'Duly-Anything'],
]
const badNames = ['', ' ', 'a b', 'a:b', 'é', 'a\0', 'a\r\nb', 'a\ud800', '(a)', 'X'.repeat(129), ' x', 'x ', 'a,b']
const badValues = [
  null,
  5,
  true,
  [],
  {},
  ['a'],
  'x'.repeat(4097),
  'ä',
  'a\nb',
  'a\r\nX: y',
  '\0',
  '\t',
  '\x7f',
  '\ud800',
]

test('refuses request headers that are no object of strings', async () => {
  for (const header of [null, 5, 'x', true, [], ['a'], [['A', 'b']]]) {
    const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, header })
    expect({ header, status, path: body.errors[0].path }).toEqual({ header, status: 400, path: '/header' })
  }
})

test('refuses header names that belong to Duly or to the connection, in any case', async () => {
  for (const name of refusedNames.flatMap((name) => [name, name.toLowerCase(), name.toUpperCase()])) {
    const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, header: { 'X-Fine': 'v', [name]: 'v' } })
    expect({ name, status, path: body.errors[0].path }).toEqual({ name, status: 400, path: `/header/${name}` })
  }
})

test('refuses header names that are no token', async () => {
  for (const name of badNames) {
    const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, header: { [name]: 'v' } })
    expect({ name, status, path: body.errors[0].path }).toEqual({ name, status: 400, path: `/header/${name}` })
  }
})

test('refuses header values that are not visible ASCII', async () => {
  for (const value of badValues) {
    const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, header: { 'X-A': value } })
    expect({ value, status, path: body.errors[0].path }).toEqual({ value, status: 400, path: '/header/X-A' })
  }
})

test('refuses a header that stands there twice, in whatever case, and more than 64', async () => {
  const twice = await send(owner, 'POST', '/tasks', { ...farTask, header: { Accept: 'a', accept: 'b' } })
  expect([twice.status, twice.body.errors[0].path]).toEqual([400, '/header/accept'])
  const header = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`X-${index}`, 'v']))
  const many = await send(owner, 'POST', '/tasks', { ...farTask, header })
  expect([many.status, many.body.errors[0].path]).toEqual([400, '/header'])
})

test.each([
  ['minute', 5_259_601],
  ['hour', 87_661],
  ['day', 3653],
  ['week', 522],
  ['month', 121],
  ['month', 2_147_483_647],
  ['week', 2_147_483_647],
])('refuses an interval over ten years at /frequency: %s %i', async (unit, frequency) => {
  for (const scheduled_at of [null, farTask.scheduled_at]) {
    const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, scheduled_at, unit, frequency })
    expect([status, body.errors[0].path]).toEqual([400, '/frequency'])
  }
})

test('refuses half a schedule, and none', async () => {
  const half = async (fields: object) =>
    (await send(owner, 'POST', '/tasks', { ...farTask, ...fields })).body.errors[0].path
  expect(await half({ unit: null })).toBe('/unit')
  expect(await half({ unit: undefined })).toBe('/unit')
  expect(await half({ frequency: null })).toBe('/frequency')
  expect(await half({ frequency: null, unit: null, scheduled_at: null })).toBe('/frequency')
})

test('names every invalid field at once', async () => {
  const { status, body } = await send(owner, 'POST', '/tasks', { nme: 'x', frequency: '5', unit: 'hour' })
  const paths = body.errors.map((error: { path: string }) => error.path).sort()
  expect([status, paths]).toEqual([400, ['/frequency', '/method', '/name', '/nme', '/url']])
})

test.each([
  ...[
    'nme',
    'Name',
    'headers',
    'body',
    'cron',
    'scheduledAt',
    'id',
    'service_id',
    'created_at',
    'updated_at',
    'version',
  ],
  ...['constructor', 'toString', 'hasOwnProperty', 'deleted_at', 'a~b', 'a/b', 'ä', '\u0000', '\ud800'],
])('refuses an unknown field by name: %j', async (field) => {
  const { status, body } = await send(owner, 'POST', '/tasks', { ...farTask, [field]: farTask.scheduled_at })
  const path = `/${field.replace('~', '~0').replace('/', '~1')}`
  expect([status, body.errors.map((error: { path: string }) => error.path)]).toEqual([400, [path]])
})

test('refuses query parameters, of which a create has none', async () => {
  const { status, body } = await send(owner, 'POST', '/tasks?dry_run=true', farTask)
  expect([status, body.errors[0].path]).toEqual([400, '/dry_run'])
})

test('a name of any length is named in an answer that stays short', async () => {
  const long = 'k'.repeat(500_000)
  for (const body of [`{"${long}":1}`, `{"${long}":1,"${long}":1}`, { ...farTask, header: { [long]: 'x' } }]) {
    const { status, body: answer } = await send(owner, 'POST', '/tasks', body)
    expect(status).toBe(400)
    expect(JSON.stringify(answer.errors)).toMatch(/\/k{200,300}…"/)
    expect(JSON.stringify(answer).length).toBeLessThan(3_000)
  }
})
