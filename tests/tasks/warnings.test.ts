import { beforeEach, expect, test } from 'bun:test'
import { type Account, createAccount, farTask, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { callUrl } from '../support/outgoing-call.ts'
import { Target } from '../support/target.ts'

let owner: Account
beforeEach(async () => {
  await emptyDatabase()
  owner = await createAccount()
})

const form = { ...farTask, method: 'POST', payload: 'a=b&c=d' }
const warning =
  'The payload looks like a form, and no header Content-Type is given, so many targets will not read it: add Content-Type: application/x-www-form-urlencoded.'
const warningOf = ({ headers }: { headers: Headers }) => headers.get('duly-warning')

test('a form without content type gets a warning wherever it is written, and is stored as it was given', async () => {
  const created = await send(owner, 'POST', '/tasks', form)
  expect([created.status, warningOf(created), created.body.payload]).toEqual([201, warning, form.payload])
  const path = `/tasks/${created.body.id}`
  expect(warningOf(await send(owner, 'POST', path, { name: 'New' }))).toBe(warning)
  expect(warningOf(await send(owner, 'PUT', path, form))).toBe(warning)
  expect(warningOf(await send(owner, 'GET', path))).toBeNull()
  expect(warningOf(await send(owner, 'POST', path, { header: { 'content-TYPE': 'text/plain' } }))).toBeNull()
})

test.each<[string, object]>([
  ['a content type', { header: { 'Content-Type': 'application/x-www-form-urlencoded' } }],
  ['a method that sends no body', { method: 'GET' }],
  ['no payload', { payload: null }],
  ...[
    '',
    '{"a":"b=c&d=e"}',
    'a',
    'a=',
    'YWJjZA==',
    'a = b',
    '<a b="c"/>',
    'key=value\nother=value',
    'a==b',
    'x&y=z',
  ].map((payload): [string, object] => [JSON.stringify(payload), { payload }]),
])('there is no warning with %s', async (_, fields) => {
  const { status, headers } = await send(owner, 'POST', '/tasks', { ...form, ...fields })
  expect([status, warningOf({ headers })]).toEqual([201, null])
})

test.each(['a=b', 'grant_type=client_credentials&scope=a%20b+c', 'a[]=1&a[]=2', 'a=1&b=&c=3', 'token=abc=='])(
  '%s looks like a form',
  async (payload) => expect(warningOf(await send(owner, 'POST', '/tasks', { ...form, payload }))).toBe(warning),
)

test('a retry policy without retries gets a warning, and each mistake its sentence', async () => {
  const inVain =
    'The retry policy has no effect, because retries is 0: set retries to how often a failed call is repeated.'
  const given = { ...farTask, retry: { max_doublings: 1 } }
  const created = await send(owner, 'POST', '/tasks', given)
  expect([created.status, warningOf(created)]).toEqual([201, inVain])
  expect(warningOf(await send(owner, 'POST', '/tasks', { ...given, retries: 1 }))).toBeNull()
  expect(warningOf(await send(owner, 'POST', '/tasks', { ...form, ...given, method: 'POST' }))).toBe(
    `${warning} ${inVain}`,
  )
})

const unfilled =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  'A header contains a shell variable or command, which is sent as it is: give the value itself, or refer to a named secret, as ${secret.NAME}.'

// biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would replace
test.each(['Bearer $(TOKEN)', 'Bearer ${TOKEN}', 'Bearer $TOKEN', '$(cat /run/token)', 'Bearer `cat /run/token`'])(
  'a header with %s gets a warning, also where its value is masked',
  async (value) => {
    for (const name of ['Authorization', 'X-Team']) {
      const created = await send(owner, 'POST', '/tasks', { ...farTask, header: { [name]: value } })
      expect([created.status, warningOf(created)]).toEqual([201, unfilled])
      const path = `/tasks/${created.body.id}`
      expect(warningOf(await send(owner, 'PUT', path, { ...farTask, header: { [name]: value } }))).toBe(unfilled)
    }
    const bulk = [farTask, { ...farTask, header: { Authorization: value } }]
    expect(warningOf(await send(owner, 'POST', '/tasks/bulk', { tasks: bulk }))).toBe(
      unfilled.replace('A header', 'A header of /tasks/1'),
    )
  },
)

test.each(['$5', 'a$b', 'costs $ 3', '$${secret.X}', 'a$(', '$2y$10$abc'])(
  'a header with %s gets none',
  async (value) => {
    const created = await send(owner, 'POST', '/tasks', { ...farTask, header: { 'X-Team': value } })
    expect([created.status, warningOf(created)]).toEqual([201, null])
  },
)

test('a payload that refers to a named secret gets a warning if it is sent', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of references
  const given = { ...farTask, method: 'POST', payload: '{"token":"${secret.X}"}' }
  expect(warningOf(await send(owner, 'POST', '/tasks', given))).toBe(
    'The payload contains ${secret., which is sent as it is: only header values can refer to named secrets.',
  )
  expect(warningOf(await send(owner, 'POST', '/tasks', { ...given, method: 'GET' }))).toBeNull()
})

// biome-ignore lint/suspicious/noTemplateCurlyInString: what a shell would replace
test.each(['{"day":"$(date +%F)"}', '{"token":"$(TOKEN)"}', 'x ${API_TOKEN}'])(
  '%s as a payload gets a warning',
  async (payload) => {
    expect(warningOf(await send(owner, 'POST', '/tasks', { ...farTask, method: 'POST', payload }))).toBe(
      'The payload contains a shell variable or command, which is sent as it is: give the value itself.',
    )
  },
)

// biome-ignore lint/suspicious/noTemplateCurlyInString: code of other languages
test.each(['$(document).ready()', '`${name}`', '$date', '$(dated)'])('%s as a payload gets none', async (payload) => {
  const { status, headers } = await send(owner, 'POST', '/tasks', { ...farTask, method: 'POST', payload })
  expect([status, warningOf({ headers })]).toEqual([201, null])
})

test('in a bulk create the warning names the tasks, twenty at most', async () => {
  const some = await send(owner, 'POST', '/tasks/bulk', { tasks: [farTask, form, farTask, form] })
  expect([some.status, warningOf(some)]).toEqual([
    201,
    warning.replace('The payload', 'The payload of /tasks/1, /tasks/3'),
  ])
  const many = await send(owner, 'POST', '/tasks/bulk', { tasks: Array(30).fill(form) })
  expect(warningOf(many)).toContain('/tasks/18, /tasks/19 and 10 others looks like a form')
  expect(warningOf(await send(owner, 'POST', '/tasks/bulk', { tasks: [farTask] }))).toBeNull()
})

test('the warning is true: a payload without content type is sent without one', async () => {
  const target = new Target()
  await callUrl(target.url(), { method: 'POST', payload: form.payload })
  expect(target.sent[0]?.headers.get('content-type')).toBeNull()
  target.stop()
})

test('a long payload is looked at in no time', async () => {
  const started = performance.now()
  for (const payload of ['a='.repeat(131_072), 'a=b&'.repeat(65_536), 'a'.repeat(262_144), `a=${'b'.repeat(262_141)} `])
    expect((await send(owner, 'POST', '/tasks', { ...form, payload })).status).toBe(201)
  expect(performance.now() - started).toBeLessThan(3_000)
})
