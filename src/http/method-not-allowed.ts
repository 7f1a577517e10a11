import { ApiError } from './errors.ts'

interface Route {
  readonly method: string
  readonly path: string
}

interface Addresses {
  /** The methods of each address without parameters. */
  readonly exact: ReadonlyMap<string, ReadonlySet<string>>
  readonly patterns: readonly { readonly pattern: RegExp; readonly methods: ReadonlySet<string> }[]
}

/** Tells wrong methods from unknown addresses: Elysia answers both as not found. */
export class MethodCheck {
  #addresses: Addresses | undefined

  /** @param routes all routes of the app; asked once, at the first use */
  constructor(readonly routes: () => readonly Route[]) {}

  /** The 405 with its Allow header for an address that no route took, or undefined where there is no such address. */
  refusal(path: string): ApiError | undefined {
    const methods = this.#methodsOf(path)
    return methods.size === 0 ? undefined : notAllowed(methods)
  }

  /**
   * The 405 for an address without parameters, such as /tasks/bulk, that does not take the method: it would otherwise be
   * taken for /tasks/{taskId}. Undefined for every other request.
   */
  refusalOfExact(path: string, method: string): ApiError | undefined {
    const methods = this.#compiled().exact.get(withoutSlash(path))
    if (!methods || methods.has(method) || methods.has('ALL') || (method === 'HEAD' && methods.has('GET')))
      return undefined
    return notAllowed(methods)
  }

  #methodsOf(path: string): ReadonlySet<string> {
    const { exact, patterns } = this.#compiled()
    const fitting = patterns.filter(({ pattern }) => pattern.test(path))
    return exact.get(withoutSlash(path)) ?? new Set(fitting.flatMap(({ methods }) => [...methods]))
  }

  #compiled(): Addresses {
    this.#addresses ??= compile(this.routes())
    return this.#addresses
  }
}

function notAllowed(methods: ReadonlySet<string>): ApiError {
  const allow = [...methods, ...(methods.has('GET') ? ['HEAD'] : [])].sort().join(', ')
  return new ApiError(405, `This address takes ${allow}.`, undefined, { allow })
}

function compile(routes: readonly Route[]): Addresses {
  const byPath = [...Map.groupBy(routes, (route) => withoutSlash(route.path))].map(
    ([path, group]) => [path, new Set(group.map((route) => route.method))] as const,
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

/** A slash at the end makes no other address of it. */
const withoutSlash = (path: string) => path.replace(/\/$/, '') || '/'
