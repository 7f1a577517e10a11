import { expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { version } from '../../package.json'
import { createAccount, farTask, send } from '../support/app.ts'
import { contractOf } from '../support/contract.ts'

const { body: document, headers } = await send(undefined, 'GET', '/swagger/json')
const operations = Object.entries<Record<string, object>>(document.paths).flatMap(([path, item]) =>
  // biome-ignore lint/suspicious/noExplicitAny: a document is read as it comes, and the tests say what is expected of it
  Object.entries<any>(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
)
const byName = (name: string) => operations.find((operation) => operation.name === name)

test('is valid OpenAPI 3.0.3', async () => {
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(document).toMatchObject({ openapi: '3.0.3', info: { title: 'Duly', version } })
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
})

test('describes every address of the API, and nothing else', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual([
    'DELETE /tasks/{taskId}',
    'GET /audit',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
    'GET /overview',
    'GET /tasks',
    'GET /tasks/{taskId}',
    'GET /tasks/{taskId}/audit',
    'GET /tasks/{taskId}/executions',
    'GET /tasks/{taskId}/upcoming',
    'POST /schedule/preview',
    'POST /tasks',
    'POST /tasks/bulk',
    'POST /tasks/status',
    'POST /tasks/{taskId}',
    'POST /tasks/{taskId}/executions',
    'PUT /tasks/{taskId}',
  ])
})

test('names both authentication schemes, and which routes need them', () => {
  expect(document.components.securitySchemes).toMatchObject({
    service_id: { type: 'apiKey', in: 'header', name: 'service_id' },
    token: { type: 'apiKey', in: 'header', name: 'token' },
    basic: { type: 'http', scheme: 'basic' },
  })
  for (const { name, security } of operations)
    expect(security).toEqual(/ \/(health|metrics)/.test(name) ? [] : [{ service_id: [], token: [] }, { basic: [] }])
})

test('gives every status of every address with a description, and its body by name', () => {
  const statuses = Object.fromEntries(
    operations.map(({ name, responses }) => [name, Object.keys(responses).map(Number)]),
  )
  expect(statuses).toEqual({
    'POST /tasks': [201, 400, 401, 409, 413, 415, 429, 500, 503],
    'GET /audit': [200, 400, 401, 429, 500, 503],
    'GET /tasks/{taskId}/audit': [200, 400, 401, 404, 429, 500, 503],
    'POST /tasks/bulk': [201, 400, 401, 409, 413, 415, 429, 500, 503],
    'POST /tasks/status': [200, 400, 401, 413, 415, 429, 500, 503],
    'POST /tasks/{taskId}/executions': [202, 400, 401, 404, 409, 413, 429, 500, 503],
    'GET /tasks': [200, 400, 401, 429, 500, 503],
    'GET /tasks/{taskId}': [200, 400, 401, 404, 429, 500, 503],
    'POST /tasks/{taskId}': [200, 400, 401, 404, 412, 413, 415, 429, 500, 503],
    'PUT /tasks/{taskId}': [200, 400, 401, 404, 412, 413, 415, 429, 500, 503],
    'DELETE /tasks/{taskId}': [204, 400, 401, 404, 412, 429, 500, 503],
    'GET /tasks/{taskId}/executions': [200, 400, 401, 404, 429, 500, 503],
    'GET /tasks/{taskId}/upcoming': [200, 400, 401, 404, 429, 500, 503],
    'POST /schedule/preview': [200, 400, 401, 413, 415, 429, 500, 503],
    'GET /overview': [200, 400, 401, 429, 500, 503],
    'GET /health/live': [200],
    'GET /health/ready': [200, 503],
    'GET /metrics': [200],
  })
  for (const { name, responses } of operations)
    for (const [status, { description, content }] of Object.entries<{ description: string; content?: object }>(
      responses,
    )) {
      expect(description.length).toBeGreaterThan(3)
      if (Number(status) >= 400)
        expect(content).toEqual({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } })
      else if (status !== '204')
        expect(Object.keys(content ?? {})).toEqual([name === 'GET /metrics' ? 'text/plain' : 'application/json'])
    }
  expect(byName('POST /tasks').responses[201].content['application/json'].schema.$ref).toEndWith('/Task')
  for (const { name, responses } of operations)
    if (!/ \/(health|metrics)/.test(name)) expect(Object.keys(responses[429].headers)).toEqual(['Retry-After'])
})

test('says what can be sent: bodies as JSON only, parameters with their types, If-Match', () => {
  for (const { name, requestBody } of operations)
    if (/^(POST|PUT)/.test(name) && !name.endsWith('/executions'))
      expect(requestBody).toMatchObject({ required: true, content: { 'application/json': {} } })
    else expect(requestBody).toBeUndefined()
  for (const { requestBody } of operations)
    if (requestBody) expect(Object.keys(requestBody.content)).toEqual(['application/json'])
  const parameters = (name: string) =>
    byName(name)
      .parameters.map((parameter: { in: string; name: string }) => `${parameter.in} ${parameter.name}`)
      .sort()
  expect(parameters('GET /tasks')).toEqual([
    ...['query count', 'query include', 'query pageNumber', 'query search', 'query sort', 'query status'],
  ])
  expect(parameters('PUT /tasks/{taskId}')).toEqual(['header if-match', 'path taskId'])
  expect(parameters('GET /tasks/{taskId}/executions')).toEqual([
    ...['path taskId', 'query count', 'query pageNumber', 'query status'],
  ])
  const count = byName('GET /tasks').parameters.find((parameter: { name: string }) => parameter.name === 'count')
  expect(count.schema).toEqual({ type: 'integer', minimum: 1, maximum: 1000 })
})

const ajv = new Ajv({ strict: false })
formats.default(ajv)
ajv.addSchema({ $id: 'duly', ...document })
const schemaOf = (name: string) => ajv.compile({ $ref: `duly#/components/schemas/${name}` })

test('its schemas take what the API takes, and refuse what it refuses', () => {
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
    { scheduled_at: null },
    { ...once },
    by('*/5 0-23/2 1,15 jan-DEC MON'),
  ],
  ...[
    by('59 23 31 12 7'),
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
  ...['', 'PATCH', 'GET ', ' get'].map((method) => ({ method })),
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
  ...['', '* * * *', '* * * * * *', '@daily', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8'].map(
    by,
  ),
  ...['*/0 * * * *', '*/61 * * * *', '1,,2 * * * *', '* * L * *', '* * * * MON#2', 'x'.repeat(201)].map(by),
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

test('a body that its schema of a new task takes is taken, and one that it refuses is refused', async () => {
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

test('so with a change, for which what is stored counts, and with a preview', async () => {
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
  const { schema } = byName('POST /schedule/preview').requestBody.content['application/json']
  const preview = ajv.compile({ ...schema, components: document.components })
  for (const body of [{ frequency: 1 }, { unit: 'day' }, {}, { cron: '0 8 * * *', unit: 'day' }])
    expect([body, preview(body), (await send(owner, 'POST', '/schedule/preview', body)).status]).toEqual([
      body,
      false,
      400,
    ])
})

test('an id is a UUID as the API takes it', async () => {
  const owner = await createAccount()
  const { schema } = byName('POST /tasks/status').requestBody.content['application/json']
  const change = ajv.compile(schema)
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

test('so with a replacement, which takes back a task that has run once', async () => {
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

test('its patterns are read alike by all who read such documents: they look neither ahead nor back', () => {
  const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    JSON.parse(text as string),
  )
  expect(patterns.length).toBeGreaterThan(10)
  for (const pattern of patterns) expect(pattern).not.toMatch(/\(\?|\\[uUpPkbB1-9]/)
})

test('answers are held against it: one that differs is noticed', () => {
  const conforms = contractOf(document)
  const spoken = { method: 'GET', path: '/tasks', status: 200, headers: new Headers(), body: [] as unknown }
  expect(() => conforms(spoken)).not.toThrow()
  expect(() => conforms({ ...spoken, body: [{ id: 'x' }] })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, body: {} })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, status: 418, body: { message: 'x' } })).toThrow('is not documented')
  expect(() => conforms({ ...spoken, status: 401, body: 'Unauthorized' })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, path: '/nowhere', status: 404, body: {} })).toThrow('does not conform')
})
