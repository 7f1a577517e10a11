import { isUuid } from '../../formats/uuid.ts'
import { isFlowName, isHost, isStatusCode, type Param, pageNumber, searched, text, textIf } from './params.ts'
import { writeText } from './search-words.ts'
import { searchedIn, searchOf } from './searched-params.ts'
import { settingsScreens } from './settings-screens.ts'
import { usedScreens } from './used-screens.ts'

const isTime = (value: string) =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value))

/** A time of an address: in UTC, to the second. @param ms since 1970 */
export const timeInRoute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** A span of time that moves with the clock; '' for none. */
const period = textIf((value) => /^(hour|day|night)$/.test(value))

/**
 * The screens: the path of each after `#/`, in which `:id` is a UUID, and the params of its query. Router and links are made
 * from this table. Titles and components are in app/screens.tsx.
 */
const screens = {
  overview: {
    path: '',
    /**
     * `failing` is 'all' to list every failing task, or '' for the first ten. `at` is the beginning of the quarter hour whose tasks
     * are shown, or ''; `page` is the page of them.
     */
    params: { failing: text, at: textIf(isTime), page: pageNumber(1) },
  },
  tasks: {
    path: 'tasks',
    /** `sort` is a column of the API, with - in front for descending order, or '' for newest first. */
    params: {
      search: searched,
      status: text,
      /** The last result: failing, well, never, or '' for any. */
      result: textIf((value) => /^(failing|well|never)$/.test(value)),
      /** The name of the flow that limits the tasks, or '' for all. */
      flow: textIf(isFlowName),
      /** The names of the calendar and of the TLS profile that the tasks use, or '' for any. */
      ...{ calendar: textIf(isFlowName), tls_profile: textIf(isFlowName) },
      /** What the last error contains, the host that is called, a label such as `team=billing`, the key and the id of a task; '' for any. */
      error: searched,
      host: textIf(isHost),
      label: text,
      key: text,
      task: textIf(isUuid),
      sort: textIf((value) => /^-?(name|scheduled_at|created_at|failing_since)$/.test(value)),
      page: pageNumber(1),
      /** How many tasks a page has: '25', or '' for 100. */
      rows: textIf((value) => value === '25'),
    },
  },
  'new-task': {
    path: 'tasks/new',
    /** `from` is the id of the task to copy, or '' for an empty form. */
    params: { from: textIf(isUuid) },
  },
  task: {
    path: 'tasks/:id',
    /**
     * `open` is the id of the execution whose details are shown, or ''. `changes` is the page of changes, or 0. `at` is the time for
     * which it is asked why the task did not run, or ''.
     */
    params: { status: text, page: pageNumber(1), open: text, changes: pageNumber(0), at: textIf(isTime) },
  },
  'edit-task': { path: 'tasks/:id/edit', params: {} },
  runs: {
    path: 'runs',
    params: {
      /** One result, or '' for all. */
      status: textIf((value) => /^(failed|success|skipped|started|queued)$/.test(value)),
      /** A span that moves with the clock, or '' for the times in `from` and `to`, each of which may be ''. */
      period,
      from: textIf(isTime),
      to: textIf(isTime),
      /** What the error contains, the host that is called, the status code of the answer; '' for any. */
      text: searched,
      host: textIf(isHost),
      code: textIf(isStatusCode),
      /** A label such as `team=billing`, the id of a task, and what the name of a task contains; '' for any. */
      label: text,
      task: textIf(isUuid),
      name: searched,
      cursor: text,
      /** The ids of the task and of the run that is shown beside the list, with a point between, or ''. */
      open: textIf((value) => value.split('.').length === 2 && value.split('.').every(isUuid)),
    },
  },
  changes: {
    path: 'changes',
    params: {
      /** As those of runs. */
      period,
      from: textIf(isTime),
      to: textIf(isTime),
      /** With what the actions begin, such as token_, the text that who made the change contains, and the id of a task; '' for any. */
      what: textIf((value) => /^[a-z_]{1,30}$/.test(value)),
      who: searched,
      task: textIf(isUuid),
      page: pageNumber(1),
    },
  },
  alerts: {
    path: 'alerts',
    /** `state` is '' for the open ones that are not muted. `task` is the id of the task, or '' for all. */
    params: {
      state: textIf((value) => /^(muted|closed|all)$/.test(value)),
      kind: textIf((value) => /^(failing|late|long|outage|channel)$/.test(value)),
      task: textIf(isUuid),
      cursor: text,
    },
  },
  channels: { path: 'alerts/channels', params: {} },
  'new-channel': { path: 'alerts/channels/new', params: {} },
  policies: { path: 'alerts/policies', params: {} },
  'default-policy': { path: 'alerts/policies/default', params: {} },
  /** `label` is such as `team=billing`. */
  'label-policy': { path: 'alerts/policies/label', params: { label: text } },
  'task-policy': { path: 'tasks/:id/alert-policy', params: {} },
  services: { path: 'services', params: {} },
  ...usedScreens,
  ...settingsScreens,
} as const satisfies Record<string, { path: string; params: Record<string, Param<string> | Param<number>> }>

type Screens = typeof screens
type Values<P> = { readonly [N in keyof P]: P[N] extends Param<infer T> ? T : never }
type Id<Path> = Path extends `${string}:id${string}` ? { readonly id: string } : unknown

/** A screen that has an address. */
type ScreenName = keyof Screens

/** What the address of one screen holds. */
export type RouteOf<S extends ScreenName> = { readonly screen: S } & Id<Screens[S]['path']> &
  Values<Screens[S]['params']>

/** What the address bar holds: everything a link needs so that another reader sees the same. */
export type Route = { [S in ScreenName]: RouteOf<S> }[ScreenName] | { readonly screen: 'not-found' }

/** The overview, where a reader begins. */
export const home = defaultRoute('overview')

/** The list of all tasks, newest first. */
export const allTasksRoute = defaultRoute('tasks')

/** The empty form for a new task. */
export const newTaskRoute = defaultRoute('new-task')

/** The newest runs of all tasks, whatever came of them. */
export const allRunsRoute = defaultRoute('runs')

/** One run, with the newest ones of all tasks. */
export const runRoute = (taskId: string, id: string): RouteOf<'runs'> => ({ ...allRunsRoute, open: `${taskId}.${id}` })

/**
 * The runs that failed with an error at a host. An error is searched for by its first 200 characters.
 * @param code of the answer; '' for any
 */
export const failedSoRoute = (error: string | null, host: string, code = ''): RouteOf<'runs'> => ({
  ...allRunsRoute,
  ...{ status: 'failed', text: error?.slice(0, 200).trim() ?? '', host, code },
})

/** The newest changes of the service. */
export const allChangesRoute = defaultRoute('changes')

/** The newest changes of one task, to be searched. */
export const changesOfTaskRoute = (task: string): RouteOf<'changes'> => ({ ...allChangesRoute, task })

/** The open alerts of the service. */
export const openAlertsRoute = defaultRoute('alerts')

/** The channels of the service. */
export const channelsRoute = defaultRoute('channels')

/** The list of the alert policies of the service. */
export const policiesRoute = defaultRoute('policies')

/** All services that the reader is signed in to. */
export const servicesRoute = defaultRoute('services')

/** The screen of one task, with its newest executions of any status. */
export function taskRoute(id: string): RouteOf<'task'> {
  return { ...defaultRoute('task'), id }
}

/** Returns the route of a screen whose address has no query. A screen with an id in its path needs that id as well. */
function defaultRoute<S extends ScreenName>(screen: S): Omit<RouteOf<S>, 'id'> & { readonly screen: S } {
  return routeOf(screen, new URLSearchParams()) as RouteOf<S>
}

/** Reads the part of an address from its `#` on. An unknown path is `not-found`, a param that is not allowed its default. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  // A slash after a path of one segment is allowed.
  const parts = path.replace(/^([^/]*)\/$/, '$1').split('/')
  for (const screen of Object.keys(screens) as ScreenName[]) {
    const pattern = screens[screen].path.split('/')
    const matches = (part: string, index: number) => (pattern[index] === ':id' ? isUuid(part) : pattern[index] === part)
    if (parts.length !== pattern.length || !parts.every(matches)) continue
    const route = routeOf(screen, new URLSearchParams(query))
    const id = parts[pattern.indexOf(':id')]
    return (id === undefined ? route : { ...route, id }) as Route
  }
  return { screen: 'not-found' }
}

/** Returns the address of a route, for a link. `parseRoute` reads it back. */
export function hrefOf(route: Route): string {
  if (route.screen === 'not-found') return '#/not-found'
  const { path, params } = screens[route.screen]
  const values = new Map<string, unknown>(Object.entries(route))
  const kind = searchOf(route.screen)
  const texts = paramsOf(params).map(([name, param]) => {
    const value = param.write(values.get(name))
    return [name, kind?.text === name ? writeText(value, kind) : value]
  })
  const query = new URLSearchParams(texts.filter(([, value]) => value !== '')).toString()
  return `#/${'id' in route ? path.replace(':id', route.id) : path}${query === '' ? '' : `?${query}`}`
}

/** Reads every param of a screen from a query. */
function routeOf(screen: ScreenName, query: URLSearchParams): object {
  const values = paramsOf(screens[screen].params).map(([name, param]) => [name, param.read(query.get(name) ?? '')])
  return { screen, ...Object.fromEntries(values), ...searchedIn(screen, query) }
}

function paramsOf(params: Screens[ScreenName]['params']): [string, Param<unknown>][] {
  return Object.entries(params)
}
