import { server } from '../../src/audit/actor.ts'
import { countPending } from '../../src/database/migrations.ts'
import { createToken, hashToken } from '../../src/services/credentials.ts'
import { insertService } from '../../src/services/queries.ts'
import { contractOf } from './contract.ts'
import { createTestApp } from './create-test-app.ts'
import { sql } from './database.ts'

/** The HTTP side over the test database, without a port and without a scheduler. */
export const app = await createTestApp({ readiness: { pendingMigrations: () => countPending(sql) } })

/** Throws what an answer of the API does not have of the OpenAPI document. */
export const conforms = contractOf(await (await app.fetch(new Request('http://localhost/swagger/json'))).json())

export interface Account {
  readonly id: string
  readonly token: string
}

/** A new service with its token. */
export async function createAccount(name = 'team'): Promise<Account> {
  const account = { id: Bun.randomUUIDv7(), token: createToken() }
  await insertService(sql, { id: account.id, name, token_hash: hashToken(account.token) }, server)
  return account
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any shape and says what it expects of it
  readonly body: any
}

/**
 * Sends one request as this account; `body` goes as JSON unless it is text or bytes. Undefined account: signed out.
 * @throws when the answer is not what the OpenAPI document says
 */
export async function send(
  account: Account | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  const response = await app.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: {
        ...(account ? { service_id: account.id, token: account.token } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body),
    }),
  )
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json') && text !== ''
  const answer = { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text }
  if (method !== 'HEAD') conforms({ method, path, ...answer })
  return answer
}

/** A valid create body whose first run is far away. */
export const farTask = {
  name: 'A task',
  url: 'http://127.0.0.1:9/',
  method: 'GET',
  frequency: 1,
  unit: 'hour',
  scheduled_at: '2099-01-01T00:00:00Z',
}

/** Creates `farTask` with these fields in place of its own, and gives the task back. */
export async function createTask(account: Account, fields: object = {}): Promise<Answer['body']> {
  const { status, body } = await send(account, 'POST', '/tasks', { ...farTask, ...fields })
  if (status !== 201) throw new Error(`The task was not created: ${JSON.stringify(body)}`)
  return body
}
