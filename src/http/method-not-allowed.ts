import { ApiError } from './errors.ts'
import { withHead } from './methods.ts'

interface Route {
  readonly method: string
  readonly path: string
}

interface RouteMethods {
  /** The methods of each path without parameters. */
  readonly exact: ReadonlyMap<string, ReadonlySet<string>>
  readonly patterns: readonly { readonly pattern: RegExp; readonly methods: ReadonlySet<string> }[]
}

/** Decides between 404 and 405 for a request that no route took. Elysia reports both as not found. */
export class MethodCheck {
  #methods: RouteMethods | undefined

  /** @param routes returns all routes of the app; called once, on the first use */
  constructor(readonly routes: () => readonly Route[]) {}

  /** Returns the 405 with its Allow header for a path that has routes, undefined for a path that has none. */
  refusal(path: string): ApiError | undefined {
    const methods = this.#methodsOf(path)
    return methods.size === 0 ? undefined : methodNotAllowed(methods)
  }

  /**
   * Returns the 405 for a path without parameters, such as /tasks/bulk, that does not take the method. Without this check
   * Elysia would route it to /tasks/{taskId}. Undefined for every other request.
   */
  refusalOfExact(path: string, method: string): ApiError | undefined {
    const methods = this.#compiled().exact.get(withoutSlash(path))
    if (!methods || methods.has(method) || methods.has('ALL')) return undefined
    return methodNotAllowed(methods)
  }

  #methodsOf(path: string): ReadonlySet<string> {
    const { exact, patterns } = this.#compiled()
    const matching = patterns.filter(({ pattern }) => pattern.test(path))
    return exact.get(withoutSlash(path)) ?? new Set(matching.flatMap(({ methods }) => [...methods]))
  }

  #compiled(): RouteMethods {
    this.#methods ??= compile(this.routes())
    return this.#methods
  }
}

function methodNotAllowed(methods: ReadonlySet<string>): ApiError {
  const allow = [...methods].sort().join(', ')
  return new ApiError(405, `This address takes ${allow}.`, undefined, { allow })
}

function compile(routes: readonly Route[]): RouteMethods {
  const byPath = [...Map.groupBy(routes, (route) => withoutSlash(route.path))].map(
    ([path, group]) => [path, withHead(group.map((route) => route.method))] as const,
  )
  const isExact = (path: string) => !/[:*]/.test(path)
  return {
    exact: new Map(byPath.filter(([path]) => isExact(path))),
    patterns: byPath
      .filter(([path]) => !isExact(path))
      .map(([path, methods]) => ({
        pattern: new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[^/]+/g, '[^/]+')}/?$`),
        methods,
      })),
  }
}

/** Removes a slash at the end: `/tasks/` and `/tasks` are the same address. */
const withoutSlash = (path: string) => path.replace(/\/$/, '') || '/'
