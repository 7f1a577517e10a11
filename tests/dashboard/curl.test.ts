import { expect, test } from 'bun:test'
import { curlLine } from '../../src/dashboard/task-form/curl.ts'
import { newDraft } from '../../src/dashboard/task-form/draft.ts'
import { headerRow } from '../../src/dashboard/task-form/header-rows.ts'
import { requestOf, shortBody } from '../../src/dashboard/task-form/request-body.ts'

const origin = 'http://127.0.0.1:8080'
const serviceId = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const draft = { ...newDraft(), name: 'A task', url: 'http://127.0.0.1:9/', frequency: '6' }

/** What a shell makes of a line: the arguments that its `curl` gets, in which TOKEN is `secret`. */
async function argumentsOf(line: string): Promise<string[]> {
  const script = `curl() { printf '%s\\0' "$@"; }\n${line}`
  const shell = Bun.spawn(['/bin/sh', '-c', script], { env: { TOKEN: 'secret' }, stdout: 'pipe', stderr: 'inherit' })
  return (await new Response(shell.stdout).text()).split('\0').slice(0, -1)
}

test('the body of a new task is without what the API would fill in itself', () => {
  expect(shortBody(draft)).toEqual({
    name: 'A task',
    url: 'http://127.0.0.1:9/',
    method: 'GET',
    status: 'active',
    frequency: 6,
    unit: 'hour',
  })
  const full = { ...draft, header: [headerRow('A', '1')], payload: '{}', retries: '2', timeout_seconds: '5' }
  expect(shortBody(full)).toMatchObject({ header: { A: '1' }, payload: '{}', retries: 2, timeout_seconds: 5 })
})

test.each([
  `it's "quoted" $TOKEN $(id) \`id\` \\ ! & ; # %`,
  "'''",
  'two\nlines\tand\\n',
  '<script>alert(1)</script> ünï 🦆',
])('a shell hands %j on as it stands', async (payload) => {
  const request = requestOf({ ...draft, name: payload, payload })
  if (!request) throw new Error('A new task always has something to send.')
  const [user, credentials, option, type, url, data, body = ''] = await argumentsOf(
    curlLine(origin, serviceId, request),
  )
  expect([user, credentials, option, type, url, data]).toEqual([
    '-u',
    `${serviceId}:secret`,
    '-H',
    'Content-Type: application/json',
    `${origin}/tasks`,
    '-d',
  ])
  expect(JSON.parse(body)).toMatchObject({ name: payload, payload })
})

test('an edit sends its changes to the task, and nothing when there are none', () => {
  const edit = { id: serviceId, before: draft }
  expect(requestOf(draft, edit)).toBeUndefined()
  expect(requestOf({ ...draft, retries: '3' }, edit)).toEqual({ path: `/tasks/${serviceId}`, body: { retries: 3 } })
})
