import { beforeAll, expect, test } from 'bun:test'
import { type RouteScope, scopes } from '../../src/http/scopes.ts'
import { type Account, createAccount, send } from '../support/app.ts'
import { emptyDatabase } from '../support/database.ts'
import { type Operation, operationsOf } from '../support/fuzz-requests.ts'
import { createOperator } from '../support/operators.ts'
import { type Kind, rightRequest } from '../support/right-requests.ts'
import { freshIds, rowsOf } from '../support/two-services.ts'

// Nothing here names a route: all of them come from the document, of which another test says that it lacks none.
const { body: document } = await send(undefined, 'GET', '/swagger/json')
const { schemas } = document.components
const operations = operationsOf(document).filter(({ security }) => security.length > 0)
const neededFor = ({ scope }: Operation) => scope as RouteScope

let owner: Account
/** A token with each scope, one with each two, and that of an operator. */
let limited: readonly { readonly has: readonly RouteScope[]; readonly account: Account }[]
beforeAll(async () => {
  await emptyDatabase()
  owner = await createAccount()
  const sets = [...scopes.map((scope) => [scope]), ...scopes.map((scope) => scopes.filter((other) => other !== scope))]
  const created = await Promise.all(
    sets.map(async (has) => {
      const { body } = await send(owner, 'POST', '/tokens', { name: has.join(' and '), scopes: has })
      return { has, account: { id: owner.id, token: body.token as string } }
    }),
  )
  const operator = { id: owner.id, token: await createOperator() }
  limited = [...created, { has: ['read', 'operator'], account: operator }]
})

/** The rows of the service, but for the days on which its tokens were used. */
async function stored() {
  const { token: _, ...tables } = await rowsOf(owner.id)
  const { body } = await send(owner, 'GET', '/tokens')
  const tokens = body.records.map(({ last_used_on: _, ...token }: Record<string, unknown>) => token)
  return { ...tables, tokens }
}

/** A request that the operation takes from a token with these scopes. A token creates only tokens with scopes of its own. */
function asked(operation: Operation, own: Readonly<Record<Kind, string>>, scopes: readonly RouteScope[]) {
  const request = rightRequest(operation, schemas, { own })
  const body = request.body as Record<string, unknown> | undefined
  return { ...request, body: body?.scopes ? { ...body, name: crypto.randomUUID(), scopes } : body }
}

test.each(operations.map((operation) => [`${operation.method} ${operation.template}`, operation] as const))(
  '%s is taken with its scope, and refused without it before anything else of the request is looked at',
  async (_, operation) => {
    const needed = neededFor(operation)
    // What reads leaves its rows to the next one, and what is refused changes nothing.
    let own: Readonly<Record<Kind, string>> | undefined
    for (const { has, account } of limited.filter(({ has }) => has.includes(needed))) {
      if (needed !== 'read' || !own) own = await freshIds(owner)
      const { method, path, headers, body } = asked(operation, own, has)
      const answer = await send(account, method, path, body, headers)
      expect([has, answer.body, answer.status < 300]).toEqual([has, expect.anything(), true])
    }
    if (needed !== 'read' || !own) own = await freshIds(owner)
    const before = await stored()
    for (const { has, account } of limited.filter(({ has }) => !has.includes(needed))) {
      const { method, path, headers, body } = asked(operation, own, has)
      const answer = await send(account, method, path, body, headers)
      expect([has, answer.status]).toEqual([has, 403])
      const held = `the scope${has.length === 1 ? '' : 's'} ${has.join(', ')}`
      expect(answer.body.message).toStartWith(`This token has ${held}; ${needed} is needed.`)
      // It says what its holder can do, who may not be allowed to list tokens.
      const todo =
        needed === 'operator' ? 'duly operator-token create makes one' : 'Ask whoever keeps the tokens of this service'
      expect(answer.body.message).toContain(todo)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const broken = await send(account, method, `${path}?%ff`, body === undefined ? undefined : '{', headers)
      expect([has, broken.status]).toEqual([has, 403])
    }
    expect(await stored()).toEqual(before)
  },
)

test('HEAD needs the scope of GET', async () => {
  const statuses = await Promise.all(
    limited.map(async ({ has, account }) => [has.includes('read'), (await send(account, 'HEAD', '/tasks')).status]),
  )
  for (const [reads, status] of statuses) expect(status).toBe(reads ? 200 : 403)
})

test('the first token of a service has all scopes', async () => {
  for (const operation of operations.filter((one) => neededFor(one) !== 'operator')) {
    const { method, path, headers, body } = asked(operation, await freshIds(owner), scopes)
    expect((await send(owner, method, path, body, headers)).status).not.toBe(403)
  }
})
