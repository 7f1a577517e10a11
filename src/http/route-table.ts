import { ApiError } from './errors.ts'
import { withHead } from './request-methods.ts'

/** A route as Elysia lists it. In `path`, `:name` is a parameter, and `*` at the end matches any rest. */
interface Route {
  readonly method: string
  readonly path: string
}

interface Entry {
  /** The path as OpenAPI writes it, such as `/tasks/{taskId}`. */
  readonly pattern: string
  readonly parts: readonly string[]
  readonly methods: ReadonlySet<string>
}

interface Entries {
  /** Entries without parameters, by path. */
  readonly exact: ReadonlyMap<string, Entry>
  readonly withParameters: readonly Entry[]
  readonly withRest: readonly Entry[]
}

/** Finds the route of a path, whatever the method: for the labels of metrics, and for a 405 where Elysia responds 404. */
export class RouteTable {
  #compiled: Entries | undefined

  /** @param routes returns all routes of the app; called once, on the first use */
  constructor(readonly routes: () => readonly Route[]) {}

  /** Returns the pattern that a path matches as OpenAPI writes it, such as `/tasks/{taskId}`; undefined when none does. */
  patternOf(path: string): string | undefined {
    return this.#find(path)?.pattern
  }

  /**
   * Returns the 405 with its Allow header for a request that Elysia has no route for, if there are routes with other methods.
   * Undefined when there are none, for a 404.
   */
  methodNotAllowed(path: string): ApiError | undefined {
    const entry = this.#find(path)
    return entry && methodNotAllowed(entry)
  }

  /**
   * Returns the 405 for a path without parameters, such as /tasks/bulk, that does not take the method. Without this check
   * Elysia would route the request to /tasks/{taskId}. Undefined for every other request.
   */
  methodNotAllowedAtExact(path: string, method: string): ApiError | undefined {
    const entry = this.#entries.exact.get(withoutSlash(path))
    return !entry || entry.methods.has(method) || entry.methods.has('ALL') ? undefined : methodNotAllowed(entry)
  }

  #find(path: string): Entry | undefined {
    const { exact, withParameters, withRest } = this.#entries
    const known = exact.get(withoutSlash(path))
    if (known) return known
    const parts = withoutSlash(path).split('/')
    const matches = (entry: Entry) =>
      entry.parts.every((part, i) => (part.startsWith(':') ? parts[i] : part === parts[i]))
    return (
      withParameters.find((entry) => entry.parts.length === parts.length && matches(entry)) ??
      withRest.find(({ pattern }) => path.startsWith(pattern.slice(0, -1)))
    )
  }

  get #entries(): Entries {
    this.#compiled ??= compile(this.routes())
    return this.#compiled
  }
}

function compile(routes: readonly Route[]): Entries {
  const entries = [...Map.groupBy(routes, ({ path }) => withoutSlash(path))].map(([path, group]) => ({
    path,
    pattern: path.replace(/:(\w+)/g, '{$1}'),
    parts: path.split('/'),
    methods: withHead(group.map(({ method }) => method)),
  }))
  return {
    exact: new Map(entries.filter(({ path }) => !/[:*]/.test(path)).map((entry) => [entry.path, entry])),
    withParameters: entries.filter(({ path }) => path.includes(':') && !path.endsWith('*')),
    withRest: entries.filter(({ path }) => path.endsWith('*')),
  }
}

function methodNotAllowed({ methods }: Entry): ApiError {
  const allow = [...methods].sort().join(', ')
  return new ApiError(405, `This address takes ${allow}.`, undefined, { allow })
}

/** Removes a slash at the end: `/tasks/` and `/tasks` are the same address. */
const withoutSlash = (path: string) => path.replace(/\/$/, '') || '/'
