// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { checkResult } from '../../../src/import/check-result.ts'
import { importEventBridge } from '../../../src/import/cloud/import-eventbridge.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { taskFields } from '../../../src/import/tasks-file.ts'

const now = Date.UTC(2026, 10, 28, 21)
const account = 'eu-central-1:123456789012'
const destinationArn = `arn:aws:events:${account}:api-destination/shop/0a1b2c3d-0000-4000-8000-000000000001`
const connectionArn = `arn:aws:events:${account}:connection/shop-api/0a1b2c3d-0000-4000-8000-000000000002`

const rule = (over: object = {}) => ({
  Name: 'nightly',
  Arn: `arn:aws:events:${account}:rule/nightly`,
  State: 'ENABLED',
  ScheduleExpression: 'cron(30 2 ? * 2-6 *)',
  EventBusName: 'default',
  ...over,
})
const target = (over: object = {}) => ({
  Id: 'call',
  Arn: destinationArn,
  RoleArn: 'arn:aws:iam::123456789012:role/call',
  Input: '{"full": true}',
  RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
  ...over,
})
const destination = (over: object = {}) => ({
  ApiDestinationArn: destinationArn,
  Name: 'shop',
  ApiDestinationState: 'ACTIVE',
  ConnectionArn: connectionArn,
  InvocationEndpoint: 'https://shop.example.com/jobs',
  HttpMethod: 'POST',
  InvocationRateLimitPerSecond: 300,
  CreationTime: '2026-01-01T10:00:00+01:00',
  ...over,
})
const connection = (over: object = {}) => ({
  ConnectionArn: connectionArn,
  Name: 'shop-api',
  ConnectionState: 'AUTHORIZED',
  AuthorizationType: 'API_KEY',
  SecretArn: `arn:aws:secretsmanager:${account}:secret:events!connection/shop-api/x`,
  AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Api-Key' } },
  ...over,
})
const schedule = (over: object = {}) => ({
  Arn: `arn:aws:scheduler:${account}:schedule/shop/reindex`,
  GroupName: 'shop',
  Name: 'reindex',
  ScheduleExpression: 'rate(5 minutes)',
  ScheduleExpressionTimezone: 'UTC',
  FlexibleTimeWindow: { Mode: 'OFF' },
  State: 'ENABLED',
  Target: { Arn: destinationArn, RoleArn: 'x', Input: '{}', RetryPolicy: { MaximumRetryAttempts: 0 } },
  ...over,
})

/** What the commands print, one after the other. */
const printed = (...documents: object[]) => documents.map((one) => `${JSON.stringify(one, null, 4)}\n`).join('')
const inputOf = (changes: { rule?: object; target?: object; destination?: object; connection?: object } = {}) =>
  printed(
    { Rules: [rule(changes.rule)] },
    { Rule: 'nightly', Targets: [target(changes.target)] },
    { ApiDestinations: [destination(changes.destination)] },
    { Connections: [{ ConnectionArn: connectionArn, Name: 'shop-api', AuthorizationType: 'API_KEY' }] },
    connection(changes.connection),
  )
const ofSchedule = (over: object) => printed(schedule(over), destination(), connection())
const read = (text: string) =>
  checkResult(importEventBridge([{ text }], { now })).jobs.map((job) => ({
    source: job.source,
    line: job.line,
    state: stateOf(job),
    said: [...job.reasons, ...job.notes].map(({ text }) => text).join(' '),
    tasks: job.tasks.map((task) => ({ key: task.key, ...taskFields(task) })),
  }))
const one = (text: string) => {
  const jobs = read(text)
  expect(jobs.length).toBe(1)
  return jobs[0] as (typeof jobs)[number]
}

test('a rule with an API destination is a task with its request, times, retries and secret', () => {
  const text = inputOf()
  expect(one(text)).toMatchObject({ source: 'rule nightly', line: 5, state: 'noted' })
  const tasks: unknown = one(text).tasks
  expect(tasks).toEqual([
    {
      key: 'nightly',
      url: 'https://shop.example.com/jobs',
      method: 'POST',
      header: {
        'User-Agent': 'Amazon/EventBridge/ApiDestinations',
        'Content-Type': 'application/json; charset=utf-8',
        'X-Api-Key': '${secret.SHOP_API_X_API_KEY}',
      },
      payload: '{"full": true}',
      cron: '30 2 * * 1-5',
      time_zone: 'UTC',
      timeout_seconds: 5,
      retries: 3,
      retry: { max_duration_seconds: 3600, on: [409, 429, '5xx', 'no_answer'] },
    },
  ])
  expect(importEventBridge([{ text }]).secrets).toMatchObject([
    { name: 'SHOP_API_X_API_KEY', from: 'X-Api-Key of connection shop-api' },
  ])
})

test('parameters of target and connection are joined, and those of the connection count', () => {
  const { tasks } = one(
    inputOf({
      target: {
        HttpParameters: {
          PathParameterValues: ['v1', 'reports'],
          HeaderParameters: { 'X-A': 'target', 'x-b': 'target' },
          QueryStringParameters: { from: 'a b', page: '1' },
        },
      },
      destination: { InvocationEndpoint: 'https://shop.example.com/*/jobs/*?x=1', HttpMethod: 'PUT' },
      connection: {
        AuthorizationType: 'BASIC',
        AuthParameters: {
          BasicAuthParameters: { Username: 'duly' },
          InvocationHttpParameters: {
            HeaderParameters: [
              { Key: 'X-B', Value: 'connection', IsValueSecret: false },
              { Key: 'X-C', IsValueSecret: true },
            ],
            QueryStringParameters: [{ Key: 'page', Value: '2', IsValueSecret: false }],
          },
        },
      },
    }),
  )
  expect(tasks).toMatchObject([
    {
      method: 'PUT',
      url: 'https://shop.example.com/v1/jobs/reports?x=1&from=a%20b&page=2',
      header: {
        'X-A': 'target',
        'X-B': 'connection',
        'X-C': '${secret.SHOP_API_X_C}',
        Authorization: 'Basic ${secret.SHOP_API_PASSWORD_BASIC}',
      },
    },
  ])
  expect(Object.keys((tasks[0] as unknown as { header: object }).header)).not.toContain('x-b')
})

test.each<[string, Parameters<typeof inputOf>[0]]>([
  ['path parameters', { destination: { InvocationEndpoint: 'https://shop.example.com/*' } }],
  [
    'into the path',
    {
      destination: { InvocationEndpoint: 'https://shop.example.com/*' },
      target: { HttpParameters: { PathParameterValues: ['a/b'] } },
    },
  ],
  ['from the event', { target: { HttpParameters: { HeaderParameters: { 'X-Id': '$.id' } } } }],
  ['from the event', { target: { HttpParameters: { QueryStringParameters: { id: '$.detail.id' } } } }],
  ['no Input', { target: { Input: undefined } }],
  ['InputTransformer', { target: { Input: undefined, InputTransformer: { InputTemplate: '{}' } } }],
  ['no JSON object', { target: { Input: '"text"' } }],
  ['not sent with GET', { destination: { HttpMethod: 'GET' } }],
  ['OAuth', { connection: { AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS', AuthParameters: { OAuthParameters: {} } } }],
  ['describe-connection', { connection: { AuthParameters: undefined } }],
  ['not known here', { connection: { AuthorizationType: 'OTHER' } }],
  [
    'to the body',
    {
      connection: {
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'a' },
          InvocationHttpParameters: { BodyParameters: [{ Key: 'a', Value: 'b' }] },
        },
      },
    },
  ],
  [
    'contains a secret',
    {
      connection: {
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'a' },
          InvocationHttpParameters: { QueryStringParameters: [{ Key: 'key', IsValueSecret: true }] },
        },
      },
    },
  ],
  ['private network', { connection: { InvocationConnectivityParameters: { ResourceParameters: {} } } }],
  ['sends its own', { target: { HttpParameters: { HeaderParameters: { 'User-Agent': 'me' } } } }],
  ['not JSON', { target: { HttpParameters: { HeaderParameters: { 'content-type': 'text/plain' } } } }],
  ['no API destination', { target: { Arn: `${destinationArn}0` } }],
  ['no connection', { destination: { ConnectionArn: `${connectionArn}0` } }],
  ['names years', { rule: { ScheduleExpression: 'cron(0 0 1 1 ? 2027)' } }],
  ['API Gateway', { target: { Arn: 'arn:aws:execute-api:eu-central-1:123456789012:abc/prod/POST/x' } }],
  ['puts an event', { target: { Arn: `arn:aws:events:${account}:event-bus/other` } }],
])('a rule needs a person: %s (%#)', (said, changes) => {
  const found = one(inputOf(changes))
  expect(found.said).toContain(said)
  expect(found.state).toBe('person')
})

test('targets that send no HTTP request are left where they are, each by itself', () => {
  const lambda = target({ Id: 'fn', Arn: `arn:aws:lambda:${account}:function:reindex` })
  const text = printed(
    {
      Rules: [
        rule(),
        rule({
          Name: 'on-order',
          Arn: 'arn:aws:events:x:1:rule/on-order',
          ScheduleExpression: undefined,
          EventPattern: '{}',
        }),
      ],
    },
    { Rule: 'nightly', Targets: [lambda, target()] },
    destination(),
    connection(),
  )
  expect(read(text).map(({ source, state, tasks }) => [source, state, tasks[0]?.key])).toEqual([
    ['rule nightly, target fn', 'other', undefined],
    ['rule nightly, target call', 'noted', 'nightly/call'],
    ['rule on-order', 'other', undefined],
  ])
  for (const [arn, state] of [
    [`arn:aws:sqs:${account}:jobs`, 'other'],
    ['arn:aws:scheduler:::aws-sdk:lambda:invoke', 'other'],
    ['arn:aws:scheduler:::aws-sdk:eventbridge:putEvents', 'person'],
    ['arn:aws:constructor:x:y:z', 'person'],
    ['', 'person'],
  ] as const)
    expect([arn, one(ofSchedule({ Target: { Arn: arn, Input: '{}' } })).state]).toEqual([arn, state])
})

test('a schedule has its zone, group and state', () => {
  const { state, tasks, said } = one(
    ofSchedule({
      ScheduleExpression: 'cron(30 9 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      State: 'DISABLED',
      StartDate: '2026-01-01T00:00:00+01:00',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
    }),
  )
  expect(state).toBe('noted')
  expect(said).toContain('within 15 minutes')
  expect(tasks).toMatchObject([
    {
      ...{ key: 'shop/reindex', cron: '30 9 * * *', time_zone: 'Europe/Berlin', status: 'paused', payload: '{}' },
      spread_seconds: 900,
    },
  ])
  expect(tasks[0]).not.toHaveProperty('retries')
  expect(one(ofSchedule({ ScheduleExpression: 'at(2027-01-01T00:00:00)' })).tasks).toMatchObject([
    { scheduled_at: '2027-01-01T00:00:00.000Z' },
  ])
})

test.each<[string, object]>([
  ['begins on', { StartDate: '2027-01-01T00:00:00Z' }],
  ['begins on', { StartDate: 'soon' }],
  ['ends on', { EndDate: '2027-01-01T00:00:00Z' }],
  ['placeholders', { Target: { Arn: destinationArn, Input: '{"at": "<aws.scheduler.scheduled-time>"}' } }],
  ['has passed', { ScheduleExpression: 'at(2026-01-01T00:00:00)' }],
])('a schedule needs a person: %s (%#)', (said, over) => {
  const found = one(ofSchedule(over))
  expect(found.said).toContain(said)
  expect(found.state).toBe('person')
})

test('retries are 10 at most, as the target asks for none, or for 185 in a day', () => {
  const { tasks, said } = one(
    inputOf({ target: { RetryPolicy: undefined, DeadLetterConfig: { Arn: 'arn:aws:sqs:x:1:dead' } } }),
  )
  expect(tasks).toMatchObject([{ retries: 10, retry: { max_duration_seconds: 86_400 } }])
  expect(said).toContain('up to 185 times')
  expect(said).toContain('DeadLetterConfig')
})

test('what is missing or cannot be joined needs a person', () => {
  const listed = {
    Schedules: [
      { Arn: schedule().Arn, GroupName: 'shop', Name: 'reindex', State: 'ENABLED', Target: { Arn: destinationArn } },
    ],
  }
  expect(one(printed(listed)).said).toContain('add get-schedule')
  expect(read(printed(listed, schedule(), destination(), connection())).map(({ state }) => state)).toEqual(['noted'])
  expect(one(printed({ Rules: [rule()] })).said).toContain('list-targets-by-rule --rule nightly')
  expect(read(printed({ Targets: [target()] })).map(({ said }) => said)).toEqual([
    expect.stringContaining('of which rule'),
  ])
  expect(one(printed({ Rules: [], NextToken: 'x' })).said).toContain('NextToken')
  const twins = [rule(), rule({ Arn: 'arn:aws:events:us-east-1:1:rule/nightly' })]
  for (const { said } of read(printed({ Rules: twins }, { Rule: 'nightly', Targets: [target()] })))
    expect(said).toContain('two rules of this name')
  expect(one(printed({ Buckets: [{ Name: 'x' }] })).said).toContain('nothing that is read')
  expect(one('{"Rules": [').said).toContain('line 1 is not valid JSON')
  expect(read(printed({ Rules: [] }))).toEqual([])
  expect(read('')).toEqual([])
})

test('arrays of documents, YAML, and targets right after their rule are read', () => {
  const documents = [rule(), { Targets: [target()] }, destination(), connection()]
  const tasks = one(printed(...documents)).tasks
  expect(tasks).toMatchObject([{ key: 'nightly', method: 'POST' }])
  expect(one(JSON.stringify(documents)).tasks).toEqual(tasks)
  expect(one(documents.map((document) => `---\n${stringify(document)}`).join('')).tasks).toEqual(tasks)
})

test('files are joined, and one that cannot be read does not stop the others', () => {
  const files = [
    { name: 'rules.json', text: printed({ Rules: [rule()] }, { Rule: 'nightly', Targets: [target()] }) },
    { name: 'broken.json', text: '{' },
    { name: 'destinations.yaml', text: stringify({ ApiDestinations: [destination()] }) },
    { name: 'connection.json', text: printed(connection()) },
  ]
  const { jobs } = importEventBridge(files, { now })
  expect(jobs.map((job) => [job.file, job.line, stateOf(job)])).toEqual([
    ['rules.json', 5, 'noted'],
    ['broken.json', 1, 'person'],
  ])
})

test('connections of one name in two regions have secrets of their own', () => {
  const second = { ConnectionArn: `${connectionArn}2`, Name: 'shop.api' }
  const text = printed(
    { Rules: [rule(), rule({ Name: 'b', Arn: 'arn:aws:events:x:1:rule/b' })] },
    { Rule: 'nightly', Targets: [target()] },
    { Rule: 'b', Targets: [target({ Arn: `${destinationArn}2` })] },
    destination(),
    destination({ ApiDestinationArn: `${destinationArn}2`, ConnectionArn: second.ConnectionArn }),
    connection(),
    connection(second),
  )
  const names = importEventBridge([{ text }]).secrets.map(({ name }) => name)
  expect(names).toEqual([
    expect.stringMatching(/^SHOP_API_X_API_KEY_[0-9A-F]{8}$/),
    expect.stringMatching(/^SHOP_API_X_API_KEY_[0-9A-F]{8}$/),
  ])
  expect(new Set(names).size).toBe(2)
})

test('no input makes the importer fail', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      printed(rule()),
      printed({ Targets: [target()] }),
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      'null',
      '\n',
    ),
    fc.json(),
    fc.string({ maxLength: 6 }),
  )
  const wrong = fc.oneof(
    fc.constant(undefined),
    fc.constant(null),
    fc.constant('x'),
    fc.constant(7),
    fc.constant([[]]),
    fc.constant({}),
    fc.constant({ toString: 1 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.tuple(wrong, wrong, wrong), (pieces, [a, b, c]) => {
      checkResult(importEventBridge([{ text: pieces.join('') }], { now }))
      const broken = {
        rule: { Name: a, Arn: `arn:x:rule/${JSON.stringify(b)}` },
        target: { HttpParameters: a, RetryPolicy: c },
        destination: { HttpMethod: b, InvocationEndpoint: c },
        connection: { Name: b, AuthParameters: a },
      }
      checkResult(importEventBridge([{ text: inputOf(broken) }], { now }))
    }),
    { numRuns: 200 },
  )
  checkResult(importEventBridge([{ text: '['.repeat(200_000) }], { now }))
})
