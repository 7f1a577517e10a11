import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { type Account, type Answer, app, send } from '../support/app.ts'
import { createTestApp } from '../support/create-test-app.ts'
import { emptyDatabase, testDatabaseUrl } from '../support/database.ts'
import { type Operation, operationsOf } from '../support/fuzz-requests.ts'
import { closeProxies, DatabaseProxy } from '../support/proxy.ts'
import {
  createsByName,
  type Kind,
  type RightRequest,
  rightRequest,
  type Spot,
  spotsOf,
  valuesOf,
} from '../support/right-requests.ts'
import { createTenant, freshIds, rowsOf, type Tenant, tablesOfServices } from '../support/two-services.ts'

// Routes come from the app and its document, and one that cannot be sorted in fails.
/** What is of the whole installation: every service is told the same. */
const sameForAll = ['GET /outages']
const { body: document } = await send(undefined, 'GET', '/swagger/json')
const { schemas } = document.components
const operations = operationsOf(document)
const ofServices = operations.filter(({ security }) => security.length > 0)
const title = ({ method, template }: Operation) => `${method} ${template}`
/** What needs no operator: to that, tests/services/all-services refuses every token of a service. */
const cases = ofServices
  .filter(({ scope }) => scope !== 'operator')
  .map((operation) => [title(operation), operation] as const)

let owner: Tenant
let stranger: Tenant
beforeAll(async () => {
  await emptyDatabase()
  owner = await createTenant('mark-of-the-owner')
  stranger = await createTenant('mark-of-the-stranger')
})
afterAll(closeProxies)

const ask = (account: Account | undefined, { method, path, headers, body }: RightRequest) =>
  send(account, method, path, body, headers)
/** The ids of one kind that belong to another service. */
const foreignIds: Readonly<Record<Kind, (tenant: Tenant) => string[]>> = {
  service: ({ account }) => [account.id],
  task: ({ idle, busy, deleted }) => [idle, busy, deleted],
  execution: ({ execution }) => [execution],
  token: ({ token }) => [token],
  secret: ({ secret }) => [secret],
  profile: ({ profile }) => [profile],
  flow: ({ flow }) => [flow],
  calendar: ({ calendar }) => [calendar],
  key: ({ key }) => [key],
  signingKey: ({ signingKey }) => [signingKey],
  channel: ({ channel }) => [channel],
  notification: ({ notification }) => [notification],
  alert: ({ alert }) => [alert],
  label: ({ label }) => [label],
  set: ({ set }) => [set],
  silence: ({ silence }) => [silence],
}
const textOf = ({ headers, body }: Answer) => JSON.stringify([...headers, body])

/** An answer as far as it may tell anything, with the id that was tried taken out. */
function told({ status, headers, body }: Answer, tried: string) {
  const kept = [...headers].filter(([name]) => name !== 'x-request-id')
  // Up to when a run again looks is the time of the answer, which is another one each time.
  const isNow = Math.abs(Date.parse(body?.to) - Date.now()) < 60_000
  const shown = isNow ? { ...body, to: '(now)' } : body
  return JSON.parse(JSON.stringify({ status, headers: kept, body: shown }).replaceAll(tried, '(the id)'))
}

/** Makes ids of the owner's own for requests of one kind: new ones each time, unless these only read, which leaves all as it was. */
function idsFor({ method }: Operation) {
  let kept: Awaited<ReturnType<typeof freshIds>> | undefined
  return async () => {
    if (!kept || method !== 'GET') kept = await freshIds(owner.account)
    return kept
  }
}

function expectNoMarks(answer: Answer, { marks }: Tenant): void {
  const text = textOf(answer)
  for (const mark of marks) expect(text).not.toContain(mark)
}

/** Each parameter that is no id, with each of its values, and none. */
const parameterSets = ({ parameters }: Operation, places: readonly string[], spots: readonly Spot[]) => [
  {},
  ...parameters
    .filter(({ name, in: where }) => places.includes(where) && !spots.some((spot) => spot.name === name))
    .flatMap(({ name, schema }) => valuesOf(schema).map((value) => ({ [name]: value }))),
]

test('every address either asks for credentials and is described, or shows nothing of any service', async () => {
  const described = new Set(ofServices.map(title))
  for (const { method, path } of app.routes) {
    const template = path.replace(/(?<=.)\/$/, '').replace(/:(\w+)/g, '{$1}')
    // Keys may be sent with their slashes as they are: the same address in another form.
    const name = `${method} ${template.replace('/by-key/*', '/by-key/{taskKey}')}`
    const request = { method, path: path.replace(/:\w+|\*$/g, owner.idle), headers: {}, body: undefined }
    const signedOut = await ask(undefined, request)
    if (described.has(name)) {
      expect([name, signedOut.status]).toEqual([name, 401])
      continue
    }
    // Neither something that is asked for by name, nor something that writes.
    expect(name).toMatch(/^(GET|HEAD) [^:{*]*$/)
    expect([name, signedOut.status]).toEqual([name, 200])
    for (const answer of [signedOut, await ask(owner.account, request), await ask(stranger.account, request)])
      for (const tenant of [owner, stranger]) expectNoMarks(answer, tenant)
  }
  const taken = new Set(
    app.routes.map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '').replace(/:(\w+)/g, '{$1}')}`),
  )
  expect([...described].filter((name) => !taken.has(name))).toEqual([])
})

test('both services have rows in every table that belongs to services', async () => {
  for (const { account } of [owner, stranger])
    for (const [table, { count }] of Object.entries(await rowsOf(account.id)))
      expect([table, count]).not.toEqual([table, 0])
})

test.each(cases)('%s is taken with the ids of the service that asks, and touches no other', async (_, operation) => {
  const before = await rowsOf(stranger.account.id)
  const ids = idsFor(operation)
  for (const at of [undefined, ...spotsOf(operation, schemas)]) {
    const own = await ids()
    const answer = await ask(owner.account, rightRequest(operation, schemas, { own, at, ids: at && [own[at.kind]] }))
    // A request that were refused for something else would say nothing in the tests below.
    expect([at, answer.body, answer.status < 300]).toEqual([at, expect.anything(), true])
    expectNoMarks(answer, stranger)
  }
  expect(await rowsOf(stranger.account.id)).toEqual(before)
})

const withIds = cases.filter(([, operation]) => spotsOf(operation, schemas).length > 0)
test.each(withIds)("%s gives for another service's id what it gives for an unknown one", async (_, operation) => {
  const spots = spotsOf(operation, schemas).filter((spot) => !createsByName(operation, spot))
  const before = await rowsOf(stranger.account.id)
  const ids = idsFor(operation)
  for (const at of spots) {
    const foreign = foreignIds[at.kind](stranger)
    for (const parameters of parameterSets(operation, ['header', 'query'], spots)) {
      const own = await ids()
      const mine = await rowsOf(owner.account.id)
      const tell = async (id: string, ...beside: string[]) => {
        const answer = await ask(
          owner.account,
          rightRequest(operation, schemas, { own, at, ids: [id, ...beside], parameters }),
        )
        return told(answer, id)
      }
      const unknown = await tell(`${at.kind === 'label' ? 'team=' : ''}${Bun.randomUUIDv7()}`)
      for (const id of foreign) expect(await tell(id)).toEqual(unknown)
      expect(await rowsOf(owner.account.id)).toEqual(mine)
      if (!at.many) continue
      // The first changes what is one's own; those after it find it changed.
      await tell(Bun.randomUUIDv7(), own[at.kind])
      const besideOwn = await tell(Bun.randomUUIDv7(), own[at.kind])
      for (const id of foreign) expect(await tell(id, own[at.kind])).toEqual(besideOwn)
    }
  }
  expect(await rowsOf(stranger.account.id)).toEqual(before)
})

const readings = cases.filter(([, { method }]) => method === 'GET')
test.each(readings)('%s shows the same whatever another service has', async (_, operation) => {
  /** Everything it can be asked about the tasks of one service. */
  const look = async ({
    account,
    idle,
    busy,
    execution,
    token,
    secret,
    profile,
    flow,
    calendar,
    key,
    ...rest
  }: Tenant) => {
    const { signingKey, channel, notification, alert, label, set, silence } = rest
    const others = { signingKey, channel, notification, alert, label, set, silence }
    const answers: Answer[] = []
    for (const task of [idle, busy])
      for (const parameters of parameterSets(operation, ['query'], spotsOf(operation, schemas)))
        answers.push(
          await ask(
            account,
            rightRequest(operation, schemas, {
              own: { task, execution, token, secret, profile, flow, calendar, key, ...others, service: account.id },
              parameters,
            }),
          ),
        )
    return answers
  }
  let minute: number
  let seen: Answer[][]
  // Times that are counted from now move on with the quarter hours, and the minute that is now with the minutes.
  do {
    minute = Math.floor(Date.now() / 60_000)
    seen = [await look(owner)]
    const third = await createTenant('mark-of-a-third')
    seen.push(await look(owner))
    for (const answer of seen.flat()) for (const tenant of [stranger, third]) expectNoMarks(answer, tenant)
  } while (minute !== Math.floor(Date.now() / 60_000))
  const [without = [], beside = []] = seen.map((answers) => answers.map((answer) => told(answer, owner.account.id)))
  expect(beside).toEqual(without)
  // It does show what is one's own, so there is something that could have shown.
  const theirs = (await look(stranger)).map((answer) => told(answer, stranger.account.id))
  if (sameForAll.includes(title(operation))) expect(theirs).toEqual(without)
  else expect(theirs).not.toEqual(without)
})

test('every statement on behalf of a service that touches its tables names service_id', async () => {
  const proxy = await DatabaseProxy.start(testDatabaseUrl)
  const sql = connect(proxy.url, { max: 1, statementTimeoutSeconds: 10, name: 'duly test isolation' })
  const watched = await createTestApp({ sql })
  const statements = new Set<string>()
  proxy.hold((statement) => !statements.add(statement), 'statement')
  for (const operation of ofServices) {
    const ids = idsFor(operation)
    for (const parameters of parameterSets(operation, ['query', 'header'], spotsOf(operation, schemas))) {
      const { method, path, headers, body } = rightRequest(operation, schemas, { own: await ids(), parameters })
      const { id, token } = owner.account
      const type = body === undefined ? undefined : { 'content-type': 'application/json' }
      const init = { method, headers: { service_id: id, token, ...headers, ...type }, body: JSON.stringify(body) }
      await (await watched.fetch(new Request(`http://localhost${path}`, init))).text()
    }
  }
  await sql.end({ timeout: 1 })
  const tables = new RegExp(`\\b(from|join|into|update)\\s+(${(await tablesOfServices()).join('|')})\\b`)
  const touching = [...statements].filter((statement) => tables.test(statement))
  expect(touching.length).toBeGreaterThan(10)
  for (const statement of touching) expect(statement).toMatch(/\bservice_id\b/)
})
