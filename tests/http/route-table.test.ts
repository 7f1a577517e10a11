import { expect, test } from 'bun:test'
import { RouteTable } from '../../src/http/route-table.ts'

const paths = ['/', '/tasks/', '/tasks/:taskId', '/tasks/bulk', '/tasks/:taskId/executions', '/files/*']
const table = new RouteTable(() => paths.map((path) => ({ method: 'GET', path })))
const routeOf = (path: string) => table.patternOf(path)

test('returns the pattern that a path matches, not the path', () => {
  for (const [path, route] of [
    ['/', '/'],
    ['/tasks', '/tasks'],
    ['/tasks/', '/tasks'],
    ['/tasks/bulk', '/tasks/bulk'],
    ['/tasks/1', '/tasks/{taskId}'],
    ['/tasks/1/', '/tasks/{taskId}'],
    ['/tasks/1/executions', '/tasks/{taskId}/executions'],
    ['/files/a/b.css', '/files/*'],
  ] as const)
    expect([path, routeOf(path)]).toEqual([path, route])
})

test('returns undefined for a path that no route matches', () => {
  for (const path of ['/task', '/tasks/1/2', '/tasks/1/executions/2', '//tasks', '/TASKS'])
    expect([path, routeOf(path)]).toEqual([path, undefined])
})
