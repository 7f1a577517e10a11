import { expect, test } from 'bun:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { version } from '../../package.json'
import { send } from '../support/app.ts'
import { contractOf, responseOf } from '../support/contract.ts'

const { body: document, headers } = await send(undefined, 'GET', '/swagger/json')
const operations = Object.entries<Record<string, object>>(document.paths).flatMap(([path, item]) =>
  // biome-ignore lint/suspicious/noExplicitAny: a document is read as it comes, and the tests say what is expected of it
  Object.entries<any>(item).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, ...operation })),
)
const byName = (name: string) => operations.find((operation) => operation.name === name)

test('is valid OpenAPI 3.1', async () => {
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Duly', version } })
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true })
})

test('describes every address of the API, and nothing else', () => {
  expect(operations.map(({ name }) => name).sort()).toEqual([
    'DELETE /alert-policy',
    'DELETE /alert-silences/{silenceId}',
    'DELETE /calendars/{calendarName}',
    'DELETE /channels/{channelId}',
    'DELETE /flows/{flowName}',
    'DELETE /labels/{label}/alert-policy',
    'DELETE /labels/{label}/retention',
    'DELETE /secrets/{secretName}',
    'DELETE /signing-keys/{keyId}',
    'DELETE /task-sets/{setName}',
    'DELETE /tasks/by-key/{taskKey}',
    'DELETE /tasks/{taskId}',
    'DELETE /tasks/{taskId}/alert-policy',
    'DELETE /tls-profiles/{profileName}',
    'DELETE /tokens/{tokenId}',
    'GET /alert-policies',
    'GET /alert-policy',
    'GET /alert-silences',
    'GET /alert-silences/{silenceId}',
    'GET /alerts',
    'GET /alerts/{alertId}',
    'GET /audit',
    'GET /calendars',
    'GET /calendars/{calendarName}',
    'GET /channels',
    'GET /channels/{channelId}',
    'GET /executions',
    'GET /failures',
    'GET /flows',
    'GET /flows/{flowName}',
    'GET /health/live',
    'GET /health/ready',
    'GET /labels/{label}/alert-policy',
    'GET /labels/{label}/retention',
    'GET /metrics',
    'GET /notifications',
    'GET /notifications/{notificationId}',
    'GET /outages',
    'GET /overview',
    'GET /overview/failing',
    'GET /overview/upcoming',
    'GET /secrets',
    'GET /service',
    'GET /service/retention',
    'GET /services',
    'GET /signing-keys',
    'GET /task-sets',
    'GET /task-sets/{setName}',
    'GET /task-sets/{setName}/members',
    'GET /tasks',
    'GET /tasks/by-key/{taskKey}',
    'GET /tasks/{taskId}',
    'GET /tasks/{taskId}/alert-policy',
    'GET /tasks/{taskId}/audit',
    'GET /tasks/{taskId}/executions',
    'GET /tasks/{taskId}/executions/{executionId}',
    'GET /tasks/{taskId}/upcoming',
    'GET /tasks/{taskId}/why',
    'GET /tls-profiles',
    'GET /tls-profiles/{profileName}',
    'GET /token',
    'GET /tokens',
    'GET /tokens/{tokenId}',
    'POST /alert-silences',
    'POST /alerts/{alertId}/mute',
    'POST /channels',
    'POST /channels/{channelId}',
    'POST /channels/{channelId}/test',
    'POST /executions/run-again',
    'POST /overview/move',
    'POST /overview/spread',
    'POST /schedule/preview',
    'POST /signing-keys',
    'POST /task-sets/{setName}/apply',
    'POST /task-sets/{setName}/plan',
    'POST /tasks',
    'POST /tasks/bulk',
    'POST /tasks/by-key/{taskKey}',
    'POST /tasks/status',
    'POST /tasks/{taskId}',
    'POST /tasks/{taskId}/executions',
    'POST /tasks/{taskId}/executions/{executionId}/stop',
    'POST /tasks/{taskId}/judge',
    'POST /tokens',
    'PUT /alert-policy',
    'PUT /calendars/{calendarName}',
    'PUT /flows/{flowName}',
    'PUT /labels/{label}/alert-policy',
    'PUT /labels/{label}/retention',
    'PUT /secrets/{secretName}',
    'PUT /service',
    'PUT /service/retention',
    'PUT /tasks/by-key/{taskKey}',
    'PUT /tasks/{taskId}',
    'PUT /tasks/{taskId}/alert-policy',
    'PUT /tls-profiles/{profileName}',
  ])
})

test('names all authentication schemes, and which routes need them', () => {
  expect(document.components.securitySchemes).toMatchObject({
    service_id: { type: 'apiKey', in: 'header', name: 'service_id' },
    token: { type: 'apiKey', in: 'header', name: 'token' },
    basic: { type: 'http', scheme: 'basic' },
    bearer: { type: 'http', scheme: 'bearer' },
  })
  for (const { name, security } of operations)
    expect(security).toEqual(
      / \/(health|metrics)/.test(name) ? [] : [{ service_id: [], token: [] }, { basic: [] }, { bearer: [] }],
    )
})

test('gives every status of every address with a description, and its body by name', () => {
  const statuses = Object.fromEntries(
    operations.map(({ name, responses }) => [name, Object.keys(responses).map(Number)]),
  )
  expect(statuses).toEqual({
    'PUT /tasks/by-key/{taskKey}': [200, 201, 400, 401, 403, 412, 413, 415, 429, 500, 503],
    'POST /tasks/by-key/{taskKey}': [200, 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503],
    'GET /tasks/by-key/{taskKey}': [200, 400, 401, 403, 404, 429, 500, 503],
    'DELETE /tasks/by-key/{taskKey}': [204, 400, 401, 403, 404, 412, 429, 500, 503],
    'POST /tasks': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /audit': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /tasks/{taskId}/audit': [200, 304, 400, 401, 403, 404, 429, 500, 503],
    'POST /tasks/bulk': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'POST /tasks/status': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'POST /tasks/{taskId}/executions': [202, 400, 401, 403, 404, 409, 413, 429, 500, 503],
    'POST /tasks/{taskId}/executions/{executionId}/stop': [202, 400, 401, 403, 404, 409, 413, 429, 500, 503],
    'POST /tasks/{taskId}/judge': [200, 400, 401, 403, 404, 413, 415, 429, 500, 503],
    'GET /tasks': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /tasks/{taskId}': [200, 304, 400, 401, 403, 404, 429, 500, 503],
    'POST /tasks/{taskId}': [200, 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503],
    'PUT /tasks/{taskId}': [200, 400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503],
    'DELETE /tasks/{taskId}': [204, 400, 401, 403, 404, 412, 429, 500, 503],
    'GET /executions': [200, 304, 400, 401, 403, 429, 500, 503],
    'POST /executions/run-again': [200, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /failures': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /tasks/{taskId}/executions': [200, 304, 400, 401, 403, 404, 429, 500, 503],
    'GET /tasks/{taskId}/executions/{executionId}': [200, 304, 400, 401, 403, 404, 429, 500, 503],
    'GET /tasks/{taskId}/upcoming': [200, 400, 401, 403, 404, 429, 500, 503],
    'GET /tasks/{taskId}/why': [200, 400, 401, 403, 404, 429, 500, 503],
    'POST /schedule/preview': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'GET /service': [200, 400, 401, 403, 429, 500, 503],
    'GET /services': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /service/retention': [200, 400, 401, 403, 429, 500, 503],
    'PUT /service/retention': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'GET /labels/{label}/retention': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /labels/{label}/retention': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /labels/{label}/retention': [204, 400, 401, 403, 404, 429, 500, 503],
    'PUT /service': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'POST /tokens': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /token': [200, 400, 401, 403, 429, 500, 503],
    'GET /tokens': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /tokens/{tokenId}': [200, 400, 401, 403, 404, 429, 500, 503],
    'DELETE /tokens/{tokenId}': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /calendars': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /calendars/{calendarName}': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /calendars/{calendarName}': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /calendars/{calendarName}': [204, 400, 401, 403, 404, 409, 429, 500, 503],
    'GET /flows': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /flows/{flowName}': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /flows/{flowName}': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /flows/{flowName}': [204, 400, 401, 403, 404, 409, 429, 500, 503],
    'GET /tls-profiles': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /tls-profiles/{profileName}': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /tls-profiles/{profileName}': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /tls-profiles/{profileName}': [204, 400, 401, 403, 404, 409, 429, 500, 503],
    'GET /outages': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /alerts': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /alerts/{alertId}': [200, 400, 401, 403, 404, 429, 500, 503],
    'POST /alerts/{alertId}/mute': [200, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503],
    'GET /alert-silences': [200, 304, 400, 401, 403, 429, 500, 503],
    'POST /alert-silences': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /alert-silences/{silenceId}': [200, 400, 401, 403, 404, 429, 500, 503],
    'DELETE /alert-silences/{silenceId}': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /alert-policies': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /alert-policy': [200, 400, 401, 403, 429, 500, 503],
    'PUT /alert-policy': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /alert-policy': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /tasks/{taskId}/alert-policy': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /tasks/{taskId}/alert-policy': [200, 201, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503],
    'DELETE /tasks/{taskId}/alert-policy': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /labels/{label}/alert-policy': [200, 400, 401, 403, 404, 429, 500, 503],
    'PUT /labels/{label}/alert-policy': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /labels/{label}/alert-policy': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /notifications': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /notifications/{notificationId}': [200, 400, 401, 403, 404, 429, 500, 503],
    'GET /channels': [200, 304, 400, 401, 403, 429, 500, 503],
    'POST /channels': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /channels/{channelId}': [200, 400, 401, 403, 404, 429, 500, 503],
    'POST /channels/{channelId}': [200, 400, 401, 403, 404, 409, 413, 415, 429, 500, 503],
    'POST /channels/{channelId}/test': [200, 400, 401, 403, 404, 413, 429, 500, 503],
    'DELETE /channels/{channelId}': [204, 400, 401, 403, 404, 409, 429, 500, 503],
    'POST /task-sets/{setName}/plan': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'POST /task-sets/{setName}/apply': [200, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'GET /task-sets': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /task-sets/{setName}': [200, 400, 401, 403, 404, 429, 500, 503],
    'GET /task-sets/{setName}/members': [200, 304, 400, 401, 403, 404, 429, 500, 503],
    'DELETE /task-sets/{setName}': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /signing-keys': [200, 304, 400, 401, 403, 429, 500, 503],
    'POST /signing-keys': [201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /signing-keys/{keyId}': [204, 400, 401, 403, 404, 429, 500, 503],
    'GET /secrets': [200, 304, 400, 401, 403, 429, 500, 503],
    'PUT /secrets/{secretName}': [200, 201, 400, 401, 403, 409, 413, 415, 429, 500, 503],
    'DELETE /secrets/{secretName}': [204, 400, 401, 403, 404, 409, 429, 500, 503],
    'POST /overview/move': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'POST /overview/spread': [200, 400, 401, 403, 413, 415, 429, 500, 503],
    'GET /overview': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /overview/failing': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /overview/upcoming': [200, 304, 400, 401, 403, 429, 500, 503],
    'GET /health/live': [200, 400],
    'GET /health/ready': [200, 400, 503],
    'GET /metrics': [200, 400],
  })
  for (const { name, ...operation } of operations)
    for (const status of Object.keys(operation.responses)) {
      const { description = '', content } = responseOf(document, operation, status) ?? {}
      expect(description.length).toBeGreaterThan(3)
      if (Number(status) >= 400)
        expect(content).toMatchObject({ 'application/json': { schema: { $ref: '#/components/schemas/Error' } } })
      else if (status !== '204' && status !== '304')
        expect(Object.keys(content ?? {})).toEqual([name === 'GET /metrics' ? 'text/plain' : 'application/json'])
    }
  expect(byName('POST /tasks').responses[201].content['application/json'].schema.$ref).toEndWith('/Task')
  expect(Object.keys(document.components.responses.TooManyRequests.headers)).toEqual(['Retry-After'])
  for (const { name, responses } of operations)
    if (!/ \/(health|metrics)/.test(name))
      expect(responses[429]).toEqual({ $ref: '#/components/responses/TooManyRequests' })
})

test('says what can be sent: bodies as JSON only, parameters with their types, If-Match', () => {
  for (const { name, requestBody } of operations)
    if (/^(POST|PUT)/.test(name) && !/\/(executions|stop|test)$/.test(name))
      expect(requestBody).toMatchObject({ required: true, content: { 'application/json': {} } })
    else expect(requestBody).toBeUndefined()
  for (const { requestBody } of operations)
    if (requestBody) expect(Object.keys(requestBody.content)).toEqual(['application/json'])
  const parameters = (name: string) =>
    byName(name)
      .parameters.map((parameter: { in: string; name: string }) => `${parameter.in} ${parameter.name}`)
      .sort()
  expect(parameters('GET /tasks')).toEqual([
    ...[
      'query calendar',
      'query count',
      'query cursor',
      'query error',
      'query flow',
      'query host',
      'query id',
      'query include',
      'query key',
      'query label',
      'query limit',
      'query pageNumber',
      'query payload',
      'query result',
      'query search',
      'query sort',
      'query status',
      'query tls_profile',
    ],
  ])
  expect(parameters('PUT /tasks/{taskId}')).toEqual(['header if-match', 'path taskId'])
  expect(parameters('GET /tasks/{taskId}/executions')).toEqual([
    ...[
      'path taskId',
      'query count',
      'query cursor',
      'query limit',
      'query pageNumber',
      'query response',
      'query response_characters',
      'query status',
    ],
  ])
  const count = byName('GET /tasks').parameters.find((parameter: { name: string }) => parameter.name === 'count')
  expect(count.schema).toEqual({ type: 'integer', minimum: 1, maximum: 1000 })
})

test('the overview says of each of its parts whether a label chooses among its tasks', () => {
  const said = byName('GET /overview')?.responses['200'].description
  for (const part of Object.keys(document.components.schemas.Overview.properties))
    expect(said).toMatch(new RegExp(`\`${part}[.\`]`))
})

test('its patterns use no syntax that implementations read differently, such as lookahead', () => {
  const patterns = [...JSON.stringify(document).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, text]) =>
    JSON.parse(text as string),
  )
  expect(patterns.length).toBeGreaterThan(10)
  for (const pattern of patterns) expect(pattern).not.toMatch(/\(\?|\\[uUpPkbB1-9]/)
})

test('the contract check of the tests finds responses that differ from it', () => {
  const conforms = contractOf(document)
  const spoken = { method: 'GET', path: '/tasks', status: 200, headers: new Headers(), body: [] as unknown }
  expect(() => conforms(spoken)).not.toThrow()
  expect(() => conforms({ ...spoken, body: [{ id: 'x' }] })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, body: {} })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, status: 418, body: { message: 'x' } })).toThrow('is not documented')
  expect(() => conforms({ ...spoken, status: 401, body: 'Unauthorized' })).toThrow('does not conform')
  expect(() => conforms({ ...spoken, path: '/nowhere', status: 404, body: {} })).toThrow('does not conform')
})
