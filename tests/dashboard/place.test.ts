import { expect, test } from 'bun:test'
import { hrefOf, type Place, parsePlace } from '../../src/dashboard/place.ts'

const id = '0198b0b4-2f1c-7c3a-9d55-6a3f5c1b2e10'
const first: Place = { screen: 'tasks', search: '', status: '', page: 1 }

test.each<[string, Place]>([
  ['#/tasks', first],
  ['#/tasks?search=50%25+%26+more&status=paused&page=3', { ...first, search: '50% & more', status: 'paused', page: 3 }],
  ['#/tasks/new', { screen: 'new-task' }],
  [`#/tasks/${id}`, { screen: 'task', id, status: '', page: 1, open: '' }],
  [`#/tasks/${id}?status=failed&page=2&open=${id}`, { screen: 'task', id, status: 'failed', page: 2, open: id }],
  [`#/tasks/${id}/edit`, { screen: 'edit-task', id }],
])('%s is read and written the same', (hash, place) => {
  expect(parsePlace(hash)).toEqual(place)
  expect(hrefOf(place)).toBe(hash)
})

test.each(['', '#', '#/'])('%j is the list of tasks', (hash) => {
  expect(parsePlace(hash)).toEqual(first)
})

test.each(['#/nothing', '#/tasks/7', `#/tasks/${id}/delete`, `#/tasks/${id}/edit/more`, '#/tasks/new/more'])(
  '%s is nowhere',
  (hash) => {
    expect(parsePlace(hash)).toEqual({ screen: 'nowhere' })
  },
)

test.each(['0', '-1', '1.5', 'x', '99999999'])('page %s is the first', (page) => {
  expect(parsePlace(`#/tasks?page=${page}`)).toEqual(first)
})
