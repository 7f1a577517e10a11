import { expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { checkOperationIds } from '../../src/http/operation-ids.ts'
import { send } from '../support/app.ts'

test('the start fails with a route that has no operation id, or that of another route', () => {
  const check = (app: { routes: Parameters<typeof checkOperationIds>[0] }) => () => checkOperationIds(app.routes)
  const named = (operationId: string) => ({ detail: { operationId } })
  const one = () => new Elysia().get('/a', () => 'x', named('listThings'))
  expect(check(one())).not.toThrow()
  expect(check(one().get('/b', () => 'x', { detail: { hide: true } }))).not.toThrow()
  expect(check(one().get('/b', () => 'x'))).toThrow('GET /b needs an operation id')
  expect(check(one().get('/b', () => 'x', named('list_things')))).toThrow('GET /b needs an operation id')
  expect(check(one().post('/b', () => 'x', named('listThings')))).toThrow(
    'POST /b has the operation id of GET /a, listThings',
  )
})

test('the ids of operations that were released stay', async () => {
  const { body } = await send(undefined, 'GET', '/swagger/json')
  const ids = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  )
  expect(ids).toEqual(
    expect.arrayContaining([
      ...['createTask', 'listTasks', 'getTask', 'updateTask', 'replaceTask', 'deleteTask', 'runTask', 'stopExecution'],
      'runExecutionsAgain',
      ...['createTasks', 'setTaskStatus', 'listTaskExecutions', 'getTaskExecution', 'getOverview'],
      ...['listUpcomingRuns', 'previewSchedule', 'listChanges', 'listTaskChanges'],
      ...['checkLiveness', 'checkReadiness', 'getMetrics'],
    ]),
  )
})
