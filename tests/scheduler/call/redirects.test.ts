import { expect, test } from 'bun:test'
import { useCalls } from '../../support/outgoing-call.ts'
import { Target } from '../../support/target.ts'

const { scene, send } = useCalls()

test('follows redirects as fetch does: a POST turns into a GET on 302 and stays one on 307', async () => {
  await send('/redirect?to=/200&status=302', { method: 'POST', payload: 'body' })
  await send('/redirect?to=/201&status=307', { method: 'POST', payload: 'body' })
  expect(scene.target.sent.map((seen) => `${seen.method} ${seen.path} ${seen.body}`)).toEqual([
    'POST /redirect body',
    'GET /200 ',
    'POST /redirect body',
    'POST /201 body',
  ])
})

test('a PATCH stays one with its body on 301, 302, 307 and 308, and a HEAD on every redirect', async () => {
  for (const status of [301, 302, 303, 307, 308])
    await send(`/redirect?to=/200&status=${status}`, { method: 'PATCH', payload: 'body' })
  for (const status of [301, 303, 308]) await send(`/redirect?to=/200&status=${status}`, { method: 'HEAD' })
  const followed = scene.target.sent.filter(({ path }) => path === '/200')
  expect(followed.map((seen) => `${seen.method} ${seen.body}`)).toEqual([
    ...['PATCH body', 'PATCH body', 'GET ', 'PATCH body', 'PATCH body'],
    ...['HEAD ', 'HEAD ', 'HEAD '],
  ])
})

test('fails after ten redirects', async () => {
  expect(await send('/loop')).toMatchObject({ status: 'failed', error: 'more than 10 redirects' })
  expect(scene.target.sent).toHaveLength(11)
})

test('credentials do not follow to another origin, other headers do', async () => {
  const other = new Target()
  await send(`/redirect?to=${other.url()}/200`, {
    header: { Authorization: 'secret', 'X-Api-Key': 'secret', Cookie: 'secret', 'X-Team': 'blue' },
  })
  await send('/redirect?to=/200', { header: { Authorization: 'secret' } })
  const [elsewhere] = other.sent
  expect([...(elsewhere?.headers.values() ?? [])]).not.toContain('secret')
  expect(elsewhere?.headers.get('x-team')).toBe('blue')
  expect(scene.target.sent.at(-1)?.headers.get('authorization')).toBe('secret')
  other.stop()
})

const credentials =
  `Authorization Authentication X-Authorization Cookie Cookie2 Token X-Token Private-Token X-Auth-User Secret
  X-Api-Secret Password Api-Key ApiKey X-ApiKey X-Goog-Api-Key X-Access-Key X-Functions-Key Ocp-Apim-Subscription-Key api_key
  X-Session-Id X-Csrf-Token X-Hub-Signature-256 X-Amz-Credential X_AUTH Key`.split(/\s+/)

test('whatever is named like a credential stays with its origin', async () => {
  const other = new Target()
  const plain = [
    'Content-Type',
    'X-Team',
    'Idempotency-Key',
    'X-Keyboard',
    'Author',
    'X-Tokens-Left',
    'X-Signed-Off-By',
  ]
  const header = Object.fromEntries([...credentials, ...plain].map((name) => [name, name]))
  await send(`/redirect?to=${other.url()}/200&status=307`, { header })
  await send('/redirect?to=/200&status=307', { header })
  const arrived = (headers?: Headers) => Object.keys(header).filter((name) => headers?.get(name) === name)
  expect(arrived(other.sent[0]?.headers)).toEqual(plain)
  expect(arrived(scene.target.sent.at(-1)?.headers)).toEqual(Object.keys(header))
  other.stop()
})

test('a Host header of the task follows within its origin, and not to another', async () => {
  const other = new Target()
  await send('/redirect?to=/200', { host: 'app.example:81' })
  await send(`/redirect?to=${other.url()}/200`, { host: 'app.example:81' })
  expect(scene.target.sent.map(({ headers }) => headers.get('host'))).toEqual(Array(3).fill('app.example:81'))
  expect(other.sent.map(({ headers }) => headers.get('host'))).toEqual([`127.0.0.1:${other.port}`])
  other.stop()
})

test('a redirect to something that is not http is not followed', async () => {
  expect(await send('/redirect?to=file:///etc/passwd')).toMatchObject({
    status: 'failed',
    error: 'refused by the outbound policy: only http and https are called, not file:',
  })
})
