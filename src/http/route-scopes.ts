import type { RouteScope } from './scopes.ts'

/** A route as Elysia lists it. `x-scope` is set by the option `scope` of a route, see `requireService`. */
interface Route {
  readonly method: string
  readonly path: string
  readonly hooks: {
    readonly detail?: {
      readonly hide?: boolean
      readonly security?: readonly object[]
      readonly 'x-scope'?: RouteScope
    }
  }
}

/** Finds the scope that a route has declared. */
export class RouteScopes {
  #scopes = new Map<string, RouteScope>()

  /**
   * Learns the scopes of all routes. Call it once, before the first request.
   * @throws Error for a route that neither declares a scope nor is public: hidden from the OpenAPI document, or described
   * there with `security: []`
   */
  learn(routes: readonly Route[]): void {
    for (const {
      method,
      path,
      hooks: { detail },
    } of routes) {
      const scope = detail?.['x-scope']
      if (scope) this.#scopes.set(`${method} ${path}`, scope)
      else if (!detail?.hide && detail?.security?.length !== 0)
        throw new Error(
          `${method} ${path} declares no scope: use requireService and set scope: 'read', 'write', 'run' or 'operator', or security: [] for a public route.`,
        )
    }
  }

  /**
   * Returns the scope that a request needs.
   * @param route the path of its route, with parameters written `:name`
   * @throws Error when the route has declared none
   */
  of(method: string, route: string): RouteScope {
    const scope = this.#scopes.get(`${method === 'HEAD' ? 'GET' : method} ${route}`)
    if (!scope) throw new Error(`${method} ${route} has no scope.`)
    return scope
  }
}
