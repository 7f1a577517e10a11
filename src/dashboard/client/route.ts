import { isUuid } from '../../formats/uuid.ts'

/** Where the reader is: everything a link must hold to bring somebody else to the same sight. */
export type Route =
  /** `failing` is 'all' for more than the first of the tasks that fail, or ''. */
  | { readonly screen: 'overview'; readonly failing: string }
  | {
      readonly screen: 'tasks'
      readonly search: string
      readonly status: string
      /** What the API sorts by, with - in front for the reverse, or '' for newest first. */
      readonly sort: string
      readonly page: number
    }
  /** `from` is the task whose fields the form begins with, or ''. */
  | { readonly screen: 'new-task'; readonly from: string }
  | {
      readonly screen: 'task'
      readonly id: string
      readonly status: string
      readonly page: number
      /** The execution that is opened, or ''. */
      readonly open: string
      /** The page of its changes that is shown, or 0 while they are not. */
      readonly changes: number
    }
  | { readonly screen: 'edit-task'; readonly id: string }
  /** The changes of the whole service. */
  | { readonly screen: 'changes'; readonly page: number }
  | { readonly screen: 'not-found' }

export const allTasksRoute: Route & { screen: 'tasks' } = { screen: 'tasks', search: '', status: '', sort: '', page: 1 }

/** The empty form. */
export const newTaskRoute: Route = { screen: 'new-task', from: '' }

/** Where one lands. */
export const home: Route = { screen: 'overview', failing: '' }

/** The newest changes of the service. */
export const allChangesRoute: Route = { screen: 'changes', page: 1 }

/** The page of one task, with the newest executions of every status. */
export function taskRoute(id: string): Route & { screen: 'task' } {
  return { screen: 'task', id, status: '', page: 1, open: '', changes: 0 }
}

/** Reads the part of an address from its `#` on; what it does not know is `nowhere`, and a bad page is the first. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const values = new URLSearchParams(search)
  const text = (name: string) => values.get(name) ?? ''
  const number = (name: string) => (/^[1-9]\d{0,6}$/.test(text(name)) ? Number(text(name)) : undefined)
  const page = number('page') ?? 1
  const [room, id = '', more, ...rest] = path.split('/')
  if (rest.length > 0) return { screen: 'not-found' }
  if (room === '' && id === '') return { screen: 'overview', failing: text('failing') }
  if (room === 'changes' && id === '') return { screen: 'changes', page }
  if (room !== 'tasks') return { screen: 'not-found' }
  if (id === '') {
    const sort = /^-?(name|scheduled_at|created_at)$/.test(text('sort')) ? text('sort') : ''
    return { screen: 'tasks', search: text('search').slice(0, 200), status: text('status'), sort, page }
  }
  if (id === 'new' && more === undefined) return { screen: 'new-task', from: isUuid(text('from')) ? text('from') : '' }
  if (!isUuid(id)) return { screen: 'not-found' }
  if (more === 'edit') return { screen: 'edit-task', id }
  return more === undefined
    ? { screen: 'task', id, status: text('status'), page, open: text('open'), changes: number('changes') ?? 0 }
    : { screen: 'not-found' }
}

/** The address of a place, for a link; parseRoute reads it back. */
export function hrefOf(route: Route): string {
  switch (route.screen) {
    case 'overview':
      return `#/${query({ failing: route.failing })}`
    case 'tasks':
      return `#/tasks${query({ search: route.search, status: route.status, sort: route.sort, page: route.page })}`
    case 'new-task':
      return `#/tasks/new${query({ from: route.from })}`
    case 'task':
      return `#/tasks/${route.id}${query({ status: route.status, page: route.page, open: route.open, changes: route.changes || '' })}`
    case 'edit-task':
      return `#/tasks/${route.id}/edit`
    case 'changes':
      return `#/changes${query({ page: route.page })}`
    case 'not-found':
      return '#/not-found'
  }
}

function query(values: Record<string, string | number>): string {
  const told = Object.entries(values).filter(([name, value]) => value !== '' && !(name === 'page' && value === 1))
  return told.length === 0 ? '' : `?${new URLSearchParams(told.map(([name, value]) => [name, String(value)]))}`
}
