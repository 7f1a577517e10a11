import { isUuid } from '../uuid.ts'

/** Where the reader is: everything a link must hold to bring somebody else to the same sight. */
export type Place =
  | { readonly screen: 'tasks'; readonly search: string; readonly status: string; readonly page: number }
  | { readonly screen: 'new-task' }
  | {
      readonly screen: 'task'
      readonly id: string
      readonly status: string
      readonly page: number
      /** The execution that is opened, or ''. */
      readonly open: string
    }
  | { readonly screen: 'edit-task'; readonly id: string }
  | { readonly screen: 'nowhere' }

export const allTasks: Place = { screen: 'tasks', search: '', status: '', page: 1 }

/** The page of one task, with the newest executions of every status. */
export function taskPlace(id: string): Place & { screen: 'task' } {
  return { screen: 'task', id, status: '', page: 1, open: '' }
}

/** Reads the part of an address from its `#` on; what it does not know is `nowhere`, and a bad page is the first. */
export function parsePlace(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const values = new URLSearchParams(search)
  const text = (name: string) => values.get(name) ?? ''
  const page = /^[1-9]\d{0,6}$/.test(text('page')) ? Number(text('page')) : 1
  const [room, id = '', more, ...rest] = path.split('/')
  if (rest.length > 0) return { screen: 'nowhere' }
  if (room === '' && id === '') return allTasks
  if (room !== 'tasks') return { screen: 'nowhere' }
  if (id === '') return { screen: 'tasks', search: text('search').slice(0, 200), status: text('status'), page }
  if (id === 'new' && more === undefined) return { screen: 'new-task' }
  if (!isUuid(id)) return { screen: 'nowhere' }
  if (more === 'edit') return { screen: 'edit-task', id }
  return more === undefined
    ? { screen: 'task', id, status: text('status'), page, open: text('open') }
    : { screen: 'nowhere' }
}

/** The address of a place, for a link; parsePlace reads it back. */
export function hrefOf(place: Place): string {
  switch (place.screen) {
    case 'tasks':
      return `#/tasks${query({ search: place.search, status: place.status, page: place.page })}`
    case 'new-task':
      return '#/tasks/new'
    case 'task':
      return `#/tasks/${place.id}${query({ status: place.status, page: place.page, open: place.open })}`
    case 'edit-task':
      return `#/tasks/${place.id}/edit`
    case 'nowhere':
      return '#/nowhere'
  }
}

function query(values: Record<string, string | number>): string {
  const told = Object.entries(values).filter(([name, value]) => value !== '' && !(name === 'page' && value === 1))
  return told.length === 0 ? '' : `?${new URLSearchParams(told.map(([name, value]) => [name, String(value)]))}`
}
