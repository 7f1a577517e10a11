import { expect, test } from 'bun:test'
import { app, createAccount, createTask, send } from '../support/app.ts'

const owner = await createAccount()
const unknown = `/tasks/${crypto.randomUUID()}`
const problem = 'application/problem+json'

const typeFor = async (accept: string) => {
  const { headers, body } = await send(owner, 'GET', unknown, undefined, { accept })
  return [headers.get('content-type'), Object.keys(body)]
}
const asJson = ['application/json', ['message', 'code']]
const asProblem = [problem, ['type', 'title', 'status', 'detail', 'code']]

test.each(['*/*', 'application/json', 'application/*', 'text/html', '', 'text/html, */*;q=0.1', `${problem};q=0`])(
  'Accept "%s" gives an error as JSON with message',
  async (accept) => {
    expect(await typeFor(accept)).toEqual(asJson)
  },
)

test.each([
  problem,
  'APPLICATION/PROBLEM+JSON',
  `${problem}, */*`,
  `*/*;q=0.5, ${problem};q=0.6`,
  `application/json;q=0.5, ${problem}`,
  `text/html, ${problem};q=0.1`,
])('Accept "%s" gives an error as problem details', async (accept) => {
  expect(await typeFor(accept)).toEqual(asProblem)
})

test('of two types with the same weight the first one counts, otherwise the heavier one', async () => {
  expect(await typeFor(`application/json, ${problem}`)).toEqual(asJson)
  expect(await typeFor(`${problem}, application/json`)).toEqual(asProblem)
  expect(await typeFor(`application/json, ${problem};q=0.9`)).toEqual(asJson)
})

test('a problem has the status, the code, the fields and the headers of the error, and a type that leads to its text', async () => {
  const { status, headers, body } = await send(owner, 'POST', '/tasks', {}, { accept: problem })
  const plain = await send(owner, 'POST', '/tasks', {})
  expect([status, headers.get('cache-control')]).toEqual([400, 'no-store'])
  expect(body).toEqual({
    type: '/swagger/errors#invalid_input',
    title: 'Invalid input',
    status: 400,
    detail: plain.body.message,
    code: 'invalid_input',
    errors: plain.body.errors,
  })
  const page = await app.fetch(new Request('http://localhost/swagger/errors'))
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain('<dt id="invalid_input">')
})

test('errors outside of routes are problems too', async () => {
  const { id } = await createTask(owner)
  const big = new Uint8Array(1_048_577)
  const answers = [
    await send(owner, 'GET', '/nowhere', undefined, { accept: problem }),
    await send(owner, 'PATCH', '/tasks', undefined, { accept: problem }),
    await send(owner, 'POST', '/tasks', '{', { accept: problem }),
    await send(owner, 'POST', '/tasks', '{}', { accept: problem, 'content-type': 'text/plain' }),
    await send(owner, 'POST', `/tasks/${id}`, big, { accept: problem }),
    await send(undefined, 'GET', '/tasks', undefined, { accept: problem }),
    await send(owner, 'GET', '/tasks?a=%ff', undefined, { accept: problem }),
  ]
  expect(answers.map(({ headers, body }) => [headers.get('content-type'), body.status, body.code])).toEqual(
    [
      [404, 'not_found'],
      [405, 'method_not_allowed'],
      [400, 'malformed_body'],
      [415, 'unsupported_media_type'],
      [413, 'too_large'],
      [401, 'unauthorized'],
      [400, 'malformed_request'],
    ].map(([status, code]) => [problem, status, code] as never),
  )
  expect(answers[1]?.headers.get('allow')).toContain('POST')
  expect(answers[5]?.headers.has('www-authenticate')).toBe(true)
})

test('HEAD gives the type of the error and no body', async () => {
  const response = await app.fetch(
    new Request(`http://localhost${unknown}`, {
      method: 'HEAD',
      headers: { service_id: owner.id, token: owner.token, accept: problem },
    }),
  )
  expect([response.status, response.headers.get('content-type')]).toEqual([404, problem])
  expect(await response.text()).toBe('')
})
