import { expect, test } from 'bun:test'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { createAccount, farTask, send } from '../support/app.ts'

const { body: document } = await send(undefined, 'GET', '/swagger/json')
/** The schema of an operation's JSON body. */
const bodySchemaOf = (path: string) => document.paths[path].post.requestBody.content['application/json'].schema

const ajv = new Ajv({ strict: false })
formats.default(ajv)
ajv.addSchema({ $id: 'duly', ...document })
const schemaOf = (name: string) => ajv.compile({ $ref: `duly#/components/schemas/${name}` })

test('the schemas of the document accept what the API accepts, and refuse what it refuses', () => {
  const create = schemaOf('TaskCreate')
  const update = schemaOf('TaskUpdate')
  for (const fields of [{}, { name: '😀'.repeat(200) }])
    expect([fields, create({ ...farTask, ...fields })]).toEqual([fields, true])
  for (const fields of [{ nme: 1 }, { unit: 'year' }, { name: '' }, { name: '😀'.repeat(201) }, { url: 'ftp://h' }])
    expect([fields, create({ ...farTask, ...fields })]).toEqual([fields, false])
  expect([create({ name: 'x' }), update({ name: 'x' }), update({ name: null })]).toEqual([false, true, false])
})

const once = { frequency: null, unit: null }
const by = (cron: unknown) => ({ ...once, cron })
const taken: readonly object[] = [
  ...[
    {},
    { method: 'get' },
    { method: 'Options' },
    { method: 'patch' },
    { method: 'HEAD' },
    { expect: { status: ['2xx', 304], contains: ['a'], json: [{ pointer: '', equals: null }] } },
    { scheduled_at: null },
    { ...once },
    by('*/5 0-23/2 1,15 jan-DEC MON'),
  ],
  ...[
    by('59 23 31 12 7'),
    by('*/5 0 8 L,L-3,15W * Friday#2,sunL,MON-WED'),
    by('@Daily ; 0 22-2 ? january 6 ;every 2 weeks at 9:00 from 2026-11-30'),
    { ...by(' 05   4 * * 0 '), time_zone: 'europe/berlin' },
    { ...by('0 8 * * *'), scheduled_at: null },
  ],
  ...[
    { unit: 'month', frequency: 120 },
    { scheduled_at: '2099-12-31t23:59:59.123456789z' },
    { cron: null, time_zone: null },
  ],
  ...[{ header: {} }, { header: { 'X-A': '' } }, { payload: '' }, { payload: null }, { timeout_seconds: null }],
  ...[
    'http://h?a#b',
    'HTTPS://h:8080',
    'http://h/$metadata?$filter=(a)&b={"c":[1]}',
    'http://[::1]:1/',
    'http://127.1/',
  ].map((url) => ({ url })),
  ...["http://h/a(b)!$&'()*+,;=:@~", 'http://bücher.example/ü', 'http://h/100%', 'http://h/?t=%24(date)'].map(
    (url) => ({ url }),
  ),
]
const refused: readonly object[] = [
  ...['', 'TRACE', 'GET ', ' get'].map((method) => ({ method })),
  ...[
    {},
    { status: [] },
    { contains: '' },
    { json: [{ pointer: 'x', equals: 1 }] },
    { json: [{ pointer: '/x' }] },
    { json: [{ pointer: '/x', equals: 1, present: true }] },
    { json: [{ pointer: '/x', absent: false }] },
    { other: 1 },
  ].map((expect) => ({ expect })),
  ...[{ unit: null }, { unit: undefined }, { frequency: null }, { frequency: undefined }, { frequency: 0 }],
  ...[
    { ...once, scheduled_at: null },
    { ...once, scheduled_at: undefined },
    { cron: '0 8 * * *' },
    { time_zone: 'UTC' },
  ],
  ...[
    { ...once, time_zone: 'UTC' },
    { ...by(null), time_zone: 'UTC' },
    { ...by('0 8 * * *'), time_zone: '' },
  ],
  ...[
    '',
    '* * * *',
    '* * * * * * *',
    '@reboot',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
  ].map(by),
  ...['*/0 * * * *', '*/61 * * * *', '1,,2 * * * *', '* L * * *', '* * * * MON#6', '* * * * *;', 'x'.repeat(201)].map(
    by,
  ),
  ...[{ unit: 'month', frequency: 121 }, { unit: 'minute', frequency: 5_259_601 }, { unit: 'Hour' }, { unit: '' }],
  ...[
    '',
    '2026-01-01',
    '2026-01-01 00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-13-01T00:00:00Z',
  ].map((scheduled_at) => ({ scheduled_at })),
  ...[
    { header: { A: 'ä' } },
    { header: { A: 'a\nb' } },
    { header: { A: 'x'.repeat(4097) } },
    { header: { A: 1 } },
    { header: null },
  ],
  { header: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`A${at}`, ''])) },
  ...[
    { name: ' \t' },
    { name: 'a\0' },
    { payload: '\0' },
    { payload: 'x'.repeat(262_145) },
    { retries: 11 },
    { retries: null },
  ],
  ...[
    '',
    'example.com',
    'http:',
    'http:///x',
    'http://u:p@h/',
    'http://h:0/',
    'http://h:65536/',
    'http://h:x/',
    'http://::1/',
  ],
].map((fields) => (typeof fields === 'string' ? { url: fields } : fields))
const refusedUrls = [
  ...[
    'http://h/a b',
    'http://h/\\',
    'http://h/$(date)',
    'http://$(hostname)/',
    'http://h/?d=$(date)',
    'http://h/`date`',
  ],
  ...[
    `http://h/${'$'}{X}`,
    'http://$HOST/',
    'http://{{host}}/',
    'http://h/{{ id }}',
    'http://h/?a={{b}}',
    'http://h/?a={%b%}',
  ],
  ...[
    'http://h/{id}',
    'http://{host}/',
    'http://h/<id>',
    'http://h/#{x}',
    'http://h/?a=<%= b %>',
    'http://h/a#{x}',
    'http://h/?<%',
  ],
].map((url) => ({ url }))

test('a create is accepted exactly when it matches TaskCreate', async () => {
  const owner = await createAccount()
  const create = schemaOf('TaskCreate')
  const outcomes = async (fields: object) => {
    const body = JSON.parse(JSON.stringify({ ...farTask, ...fields }))
    return [create(body), (await send(owner, 'POST', '/tasks', body)).status === 201]
  }
  for (const fields of taken) expect([fields, await outcomes(fields)]).toEqual([fields, [true, true]])
  for (const fields of [...refused, ...refusedUrls])
    expect([fields, await outcomes(fields)]).toEqual([fields, [false, false]])
})

test('a change of a stored task is accepted exactly when it matches TaskUpdate, and a preview when it matches its schema', async () => {
  const owner = await createAccount()
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const update = schemaOf('TaskUpdate')
  const change = async (body: object) => [
    update(body),
    (await send(owner, 'POST', `/tasks/${task.id}`, body)).status === 200,
  ]
  for (const body of [{}, { frequency: 2 }, { unit: 'day' }, { method: 'put' }, { cron: null }, { time_zone: null }])
    expect([body, await change(body)]).toEqual([body, [true, true]])
  for (const body of [
    ...[
      { cron: '0 8 * * *', unit: 'day' },
      { cron: '0 8 * * *', frequency: 1 },
      { time_zone: 'UTC', unit: 'day' },
    ],
    ...[
      { time_zone: 'UTC', cron: null },
      { frequency: 521, unit: 'month' },
      { method: '' },
      { url: 'http://h/$(date)' },
    ],
  ])
    expect([body, await change(body)]).toEqual([body, [false, false]])
  const schema = bodySchemaOf('/schedule/preview')
  const preview = ajv.compile(JSON.parse(JSON.stringify(schema).replace('#', 'duly#')))
  for (const body of [{ frequency: 1 }, { unit: 'day' }, {}, { cron: '0 8 * * *', unit: 'day' }])
    expect([body, preview(body), (await send(owner, 'POST', '/schedule/preview', body)).status]).toEqual([
      body,
      false,
      400,
    ])
})

test('an id is accepted exactly when it matches the schema', async () => {
  const owner = await createAccount()
  const schema = bodySchemaOf('/tasks/status')
  const change = ajv.compile(JSON.parse(JSON.stringify(schema).replace('#', 'duly#')))
  const id = Bun.randomUUIDv7()
  for (const ids of [[id], [id.toUpperCase()]])
    expect([
      change({ ids, status: 'paused' }),
      (await send(owner, 'POST', '/tasks/status', { ids, status: 'paused' })).status,
    ]).toEqual([true, 200])
  for (const ids of [[`urn:uuid:${id}`], [`{${id}}`], [id.replaceAll('-', '')], [''], []])
    expect([
      change({ ids, status: 'paused' }),
      (await send(owner, 'POST', '/tasks/status', { ids, status: 'paused' })).status,
    ]).toEqual([false, 400])
})

test('a replacement is accepted exactly when it matches TaskReplace, also for a task that has run once', async () => {
  const owner = await createAccount()
  const { body: task } = await send(owner, 'POST', '/tasks', farTask)
  const replace = schemaOf('TaskReplace')
  const outcomes = async (fields: object) => {
    const body = JSON.parse(JSON.stringify({ ...farTask, ...fields }))
    return [replace(body), (await send(owner, 'PUT', `/tasks/${task.id}`, body)).status === 200]
  }
  const hasRun = { ...once, scheduled_at: null, status: 'disabled', cron: null, time_zone: null }
  for (const fields of [{}, { ...once }, hasRun, { id: task.id, created_at: task.created_at }])
    expect([fields, await outcomes(fields)]).toEqual([fields, [true, true]])
  for (const fields of [
    { unit: null },
    { ...hasRun, status: 'active' },
    { ...hasRun, time_zone: 'UTC' },
    { method: '' },
  ])
    expect([fields, await outcomes(fields)]).toEqual([fields, [false, false]])
})
