import { expect, test } from 'bun:test'
import {
  allChangesRoute,
  allRunsRoute,
  home,
  hrefOf,
  parseRoute,
  type Route,
  taskRoute,
} from '../../src/dashboard/client/route.ts'

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const first: Route = {
  screen: 'tasks',
  search: '',
  status: '',
  result: '',
  flow: '',
  ...{ calendar: '', tls_profile: '' },
  error: '',
  host: '',
  label: '',
  key: '',
  task: '',
  sort: '',
  page: 1,
  rows: '',
}

test.each<[string, Route]>([
  ['#/', home],
  ['#/?failing=all', { ...home, failing: 'all' }],
  ['#/?at=2026-11-29T02%3A00%3A00Z&page=2', { ...home, at: '2026-11-29T02:00:00Z', page: 2 }],
  ['#/tasks', first],
  ['#/tasks?search=50%25+%26+more&status=paused&page=3', { ...first, search: '50% & more', status: 'paused', page: 3 }],
  ['#/tasks?sort=-scheduled_at', { ...first, sort: '-scheduled_at' }],
  ['#/tasks/new', { screen: 'new-task', from: '' }],
  [`#/tasks/new?from=${id}`, { screen: 'new-task', from: id }],
  [`#/tasks/${id}`, taskRoute(id)],
  [`#/tasks/${id}?changes=1`, { ...taskRoute(id), changes: 1 }],
  [
    `#/tasks/${id}?status=failed&page=2&open=${id}&changes=3&at=2026-11-29T02%3A00%3A00Z`,
    { screen: 'task', id, status: 'failed', page: 2, open: id, changes: 3, at: '2026-11-29T02:00:00Z' },
  ],
  ['#/changes', allChangesRoute],
  ['#/changes?page=2', { ...allChangesRoute, page: 2 }],
  [
    `#/changes?from=2026-11-29T01%3A00%3A00Z&to=2026-11-29T02%3A00%3A00Z&what=token&who=deploy&task=${id}`,
    {
      ...{ screen: 'changes', period: '', from: '2026-11-29T01:00:00Z', to: '2026-11-29T02:00:00Z' },
      ...{ what: 'token', who: 'deploy', task: id, page: 1 },
    },
  ],
  [`#/tasks/${id}/edit`, { screen: 'edit-task', id }],
])('%s is read and written the same', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route)
  expect(hrefOf(route)).toBe(hash)
})

test.each(['', '#', '#/'])('%j is the overview', (hash) => {
  expect(parseRoute(hash)).toEqual(home)
})

test.each([
  '#/nothing',
  '#/changes/7',
  '#/tasks/7',
  `#/tasks/${id}/delete`,
  `#/tasks/${id}/edit/more`,
  '#/tasks/new/more',
])('%s is nowhere', (hash) => {
  expect(parseRoute(hash)).toEqual({ screen: 'not-found' })
})

test('a task to copy that is no id is none', () => {
  expect(parseRoute('#/tasks/new?from=7')).toEqual({ screen: 'new-task', from: '' })
})

test.each(['0', '-1', '1.5', 'x', '99999999'])('page %s is the first', (page) => {
  expect(parseRoute(`#/tasks?page=${page}`)).toEqual(first)
  expect(parseRoute(`#/tasks/${id}?changes=${page}`)).toEqual(taskRoute(id))
})

test('the words of a search in an address are read as the field reads them, and a text with such words stays a text', () => {
  expect(parseRoute('#/tasks?search=is:failing%20err:503%20night')).toMatchObject({
    ...{ result: 'failing', error: '503', search: 'night', status: '' },
  })
  expect(parseRoute('#/tasks?search=is:paused&host=a.example')).toMatchObject({ status: 'paused', host: 'a.example' })
  expect(parseRoute('#/runs?text=is:failed+err:503+task:invoices&label=team')).toMatchObject({
    ...{ status: 'failed', code: '503', name: 'invoices', text: '', label: 'team' },
  })
  for (const text of ['is:failed', 'no:word', 'a  b', '"q"', 'x'.repeat(200), `is:failed ${'"'.repeat(190)}`]) {
    const route = { ...allRunsRoute, text }
    expect(parseRoute(hrefOf(route))).toEqual(route)
  }
  expect(parseRoute('#/runs?text=no:word')).toMatchObject({ text: 'no:word' })
})
