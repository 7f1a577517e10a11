import { beforeAll, expect, test } from 'bun:test'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { type Answer, app, send } from '../support/app.ts'
import { contractOf } from '../support/contract.ts'
import { signIn } from '../support/fuzz-headers.ts'
import { type Operation, operationsOf, requestsTo, Sent } from '../support/fuzz-requests.ts'
import { fingerprint, makeServices, setScene } from '../support/fuzz-scene.ts'
import { ids, storedTime } from '../support/fuzz-values.ts'
import type { Schema } from '../support/plain-schema.ts'

// The same requests at every run, so that a failure stays: FUZZ_SEED draws others, and FUZZ_RUNS makes more of them.
const seed = Number(Bun.env.FUZZ_SEED ?? 20_261_124)
const runs = Number(Bun.env.FUZZ_RUNS ?? 400)

const { body: document } = await send(undefined, 'GET', '/swagger/json')
const operations = operationsOf(document)
const conforms = contractOf(document)
const ajv = new Ajv({ strict: false })
formats.default(ajv)
ajv.addSchema({ $id: 'duly', ...document })
const title = ({ method, template }: Operation) => `${method} ${template}`

beforeAll(async () => {
  await makeServices()
})

/** Sends it, and holds the answer to the document. */
async function answerTo(sent: Sent): Promise<Answer & { path: string }> {
  const { method, headers, body, chunked } = sent
  const whole = body as Uint8Array<ArrayBuffer> | undefined
  const request = new Request(`http://localhost${sent.path}`, {
    method,
    headers,
    ...(whole ? { body: chunked ? new Blob([whole]).stream() : whole } : {}),
  })
  const path = new URL(request.url).pathname
  const response = await app.fetch(request)
  const text = await response.text()
  const answer = { status: response.status, headers: response.headers }
  const json = response.headers.get('content-type')?.startsWith('application/json') ?? false
  // What is no JSON is a text that the document says is one.
  if (method !== 'HEAD' && text !== '' && response.status >= 400) expect(json).toBe(true)
  if (text === '' || method === 'HEAD' || !json) return { ...answer, path, body: text }
  return { ...answer, path, body: JSON.parse(text) }
}

/** No text of the inside: no stack, no statement, no name of a constraint, a table or a file. */
const inside =
  /\n\s+at |\.ts\b|node_modules|\bviolates\b|\brelation\b|\bsyntax error at\b|_check\b|_fkey\b|\bselect .* from\b|SQLSTATE|PostgresError/

function holdEnvelope({ status, headers, body }: Answer): void {
  expect(headers.get('cache-control')).toBe('no-store')
  if (status < 400) return
  const more = 'errors' in body ? ['errors'] : /^plan_/.test(body.code) ? ['plan'] : []
  expect(Object.keys(body).sort()).toEqual(['code', 'message', ...more].sort())
  expect(body.message).not.toMatch(inside)
  expect(body.message.length).toBeGreaterThan(10)
  if (status !== 400) expect(body.errors).toBeUndefined()
  for (const { path, message } of body.errors ?? []) {
    expect(path).toMatch(/^\//)
    expect(message).not.toMatch(inside)
  }
}

function parameterValue({ type }: Schema, text: string): unknown {
  if (type === 'array') return [text]
  return type === 'integer' || type === 'boolean' ? JSON.parse(text) : text
}

/** What the document says of an input that was taken. */
function holdInput(operation: Operation, sent: Sent): void {
  const takes = (schema: Schema, value: unknown, what: string) => {
    const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"duly#/')))
    if (!validate(value))
      throw new Error(`${what} was taken and the document refuses it: ${ajv.errorsText(validate.errors)}`)
  }
  if (operation.body) takes(operation.body, JSON.parse(sent.text), 'The body')
  const given = new Map(new URL(`http://localhost${sent.path}`).searchParams)
  for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === 'query')) {
    const text = given.get(name)
    given.delete(name)
    if (text !== undefined) takes(schema, parameterValue(schema, text), `?${name}=${text}`)
  }
  // Whoever asks for the health may hang on what a proxy wants; elsewhere a parameter that is not known is a mistake.
  if (operation.security.length > 0) expect([...given.keys()]).toEqual([])
}

/** A task that was written holds what was sent; a null takes the default where null is no value. */
function holdEcho(sent: Sent, task: Record<string, unknown>): void {
  const { scheduled_at, method, cron, time_zone, id, service_id, created_at, updated_at, ...fields } = JSON.parse(
    sent.text,
  )
  // Only read: what is sent of it is not looked at.
  delete fields.runs_left
  // The path of a URL that is itself a secret is not shown.
  if (task.secret_url) delete fields.url
  for (const [name, value] of Object.entries(fields))
    if (value !== null || name === 'payload' || name === 'timeout_seconds')
      // The two zeros are one in JSON.
      expect([name, task[name]]).toEqual([name, JSON.parse(JSON.stringify(value))])
  if (cron) expect(task.cron).toBe(cron.trim().split(/\s+/).join(' '))
  if (time_zone) expect(String(task.time_zone).toLowerCase()).toBe(time_zone.toLowerCase())
  if (method) expect(task.method).toBe(method.toUpperCase())
  // The stored time says that the schedule is as it was; with another kind of schedule it counts anew.
  if (scheduled_at && scheduled_at !== storedTime)
    expect(Date.parse(task.scheduled_at as string)).toBe(Date.parse(scheduled_at))
}

const reads = (method: string, path: string) => method === 'GET' || method === 'HEAD' || path === '/schedule/preview'
/** What the tables hold; undefined once a request has written, for the scene to be set anew. */
let before: { owner: string; stranger: string } | undefined

/** One property for all requests: what comes back, and what does not change. */
async function hold(operation: Operation, sent: Sent, seen: Set<number>): Promise<void> {
  if (!before) await setScene()
  const stored = before ?? (await fingerprint())
  before = undefined
  const answer = await answerTo(sent)
  const { status, path, body } = answer
  expect(status).toBeLessThan(500)
  // An odd id can make another address of it, where the envelope is all that is known.
  const own = operation.template.includes('{') ? !/^\/tasks\/(bulk|status)\b/.test(path) : true
  const arrived = own && new RegExp(`^${operation.template.replace(/\{\w+\}/g, '[^/]+')}/?$`).test(path)
  if (sent.method !== 'HEAD') {
    conforms({ ...answer, method: sent.method })
    if (arrived || status >= 400) holdEnvelope(answer)
  }
  const after = await fingerprint()
  if (after.owner === stored.owner && after.stranger === stored.stranger) before = stored
  if (sent.signedIn !== 'stranger') expect(after.stranger).toBe(stored.stranger)
  if (sent.signedIn !== 'owner') expect(after.owner).toBe(stored.owner)
  const done = status < 300
  if (!done || reads(sent.method, path)) expect(after).toEqual(stored)
  if (!arrived) return
  seen.add(status)
  if (operation.security.length > 0) expect(status === 401).toBe(sent.signedIn === undefined)
  if (!done) return
  holdInput(operation, sent)
  const who = sent.signedIn ?? 'owner'
  // Another service may give a secret or a task the same name.
  if (who === 'stranger' && operation.template.includes('Id}'))
    expect(path).not.toMatch(new RegExp(`${ids.idle}|${ids.busy}`, 'i'))
  if (!operation.body || body.url === undefined) return
  holdEcho(sent, body)
  const read = (address: string) => answerTo(new Sent('GET', address, who, signIn(who), undefined, false))
  expect((await read(`/tasks/${body.id}`)).body).toEqual(body)
  // What was taken can be shown wherever tasks are shown.
  for (const address of [`/tasks/${body.id}/upcoming?count=100`, '/tasks?sort=-scheduled_at', '/overview']) {
    const shown = await read(address)
    expect([address, shown.status]).toEqual([address, 200])
    conforms({ ...shown, method: 'GET' })
  }
}

/** Answers that random requests seldom reach: the tests of the routes have them. */
const seldomReached = (operation: Operation, status: number) =>
  (status === 409 && /^\/tasks\/(by-key\/)?\{/.test(operation.template) && operation.body !== undefined) ||
  (status === 409 && operation.template === '/signing-keys') ||
  (status === 409 && operation.template === '/channels/{channelId}' && operation.body !== undefined) ||
  // Of a policy the limit is not reached, and few bodies are right; of a mute few times are in the future.
  ([201, 409].includes(status) && operation.template.endsWith('alert-policy')) ||
  ([201, 409].includes(status) && operation.template.endsWith('}/retention')) ||
  ([200, 409].includes(status) && operation.template.endsWith('/mute')) ||
  // Few bodies of all its filters are right, fewer of them are no dry run, and of these few have the key that is used.
  (status === 409 && operation.template === '/executions/run-again') ||
  // Few bodies of all fields are right, and fewer of them meet the key of a task.
  ([201, 412].includes(status) && operation.template.startsWith('/tasks/by-key/') && operation.method === 'PUT')

test.each(operations.map((operation) => [title(operation), operation] as const))(
  '%s: whatever comes in, the answer is in the document and a refusal writes nothing',
  async (_, operation) => {
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(requestsTo(operation, document.components.schemas), (sent) => hold(operation, sent, seen)),
      { seed, numRuns: operation.body ? runs : Math.ceil(runs / 3) },
    )
    // The inputs reach every answer that an input can cause; a 429 comes by the number of requests from one address, and a 304
    // by the ETag of an answer before. A public address has no wrong input but a malformed Host, which Request does not take.
    const isPublic = operation.security.length === 0
    const byInput = operation.statuses.filter(
      (status) => status < 500 && status !== 429 && status !== 304 && !(isPublic && status === 400),
    )
    const isCertain = (status: number) => status !== 304 && !seldomReached(operation, status)
    expect([...seen].filter(isCertain).sort()).toEqual(byInput.filter(isCertain).sort())
  },
)
