import { expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { type Authenticate, readBody, requireService } from '../../src/http/require-service.ts'
import { RouteScopes } from '../../src/http/route-scopes.ts'
import { scopes } from '../../src/http/scopes.ts'
import { app } from '../support/app.ts'

const authenticate: Authenticate = async () => {
  throw new Error('no request is sent')
}
const routes = () => new Elysia({ prefix: '/things' }).use(requireService(authenticate))

test('a route declares its scope, also that of HEAD', () => {
  const declared = routes()
    .get('/:thingId', () => 'x', { scope: 'read' })
    .post('/', () => 'x', { scope: 'write', parse: readBody(authenticate, 1_024) })
    .post('/:thingId/runs', () => 'x', { scope: 'run' })
  const known = new RouteScopes()
  known.learn(new Elysia().use(declared).routes)
  const asked = [
    known.of('GET', '/things/:thingId'),
    known.of('HEAD', '/things/:thingId'),
    known.of('POST', '/things/'),
    known.of('POST', '/things/:thingId/runs'),
  ]
  expect(asked).toEqual(['read', 'read', 'write', 'run'])
  expect(() => known.of('PUT', '/things/:thingId')).toThrow('has no scope')
})

test('the start fails with a route that declares no scope, whether it needs credentials or not', () => {
  const learn = (app: { routes: Parameters<RouteScopes['learn']>[0] }) => () => new RouteScopes().learn(app.routes)
  expect(learn(routes().get('/', () => 'x'))).toThrow('GET /things/ declares no scope')
  expect(learn(routes().get('/', () => 'x', { detail: { summary: 'x' } }))).toThrow('declares no scope')
  expect(learn(new Elysia().get('/', () => 'x'))).toThrow('declares no scope')
  // Without requireService before it, the option has no effect, and the route would need no credentials.
  const early = new Elysia().post('/', () => 'x', { scope: 'write' } as object).use(requireService(authenticate))
  expect(learn(early)).toThrow('POST / declares no scope')
  expect(learn(new Elysia().get('/', () => 'x', { detail: { hide: true } }))).not.toThrow()
  expect(learn(new Elysia().get('/', () => 'x', { detail: { security: [] } }))).not.toThrow()
})

test('every operation of the OpenAPI document that needs credentials names its scope and describes the 403', async () => {
  const document = await (await app.fetch(new Request('http://localhost/swagger/json'))).json()
  const operations = Object.values<Record<string, Record<string, object>>>(document.paths).flatMap(Object.values)
  const ofServices = operations.filter(({ security }) => security.length > 0)
  expect(ofServices.length).toBeGreaterThan(10)
  for (const operation of ofServices) {
    expect([...scopes, 'operator']).toContain(operation['x-scope'])
    expect(operation.responses['403']).toEqual({ $ref: '#/components/responses/Forbidden' })
  }
})
