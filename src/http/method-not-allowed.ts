import { ApiError } from '../errors.ts'

interface Route {
  readonly method: string
  readonly path: string
}

/**
 * Tells a wrong method from an unknown address: Elysia answers both as not found.
 * @param routes all routes of the app; asked once, at the first use
 * @returns a function that gives the 405 with its Allow header, or undefined where no route has the path
 */
export function methodNotAllowed(routes: () => readonly Route[]): (path: string) => ApiError | undefined {
  let patterns: { pattern: RegExp; methods: Set<string> }[] | undefined
  return (path) => {
    patterns ??= compile(routes())
    const methods = new Set(patterns.filter(({ pattern }) => pattern.test(path)).flatMap((entry) => [...entry.methods]))
    if (methods.size === 0) return undefined
    if (methods.has('GET')) methods.add('HEAD')
    const allow = [...methods].sort().join(', ')
    return new ApiError(405, `This address takes ${allow}.`, undefined, { allow })
  }
}

function compile(routes: readonly Route[]) {
  const byPath = Map.groupBy(routes, (route) => route.path)
  return [...byPath].map(([path, group]) => ({
    pattern: new RegExp(
      `^${path
        .replace(/\/$/, '')
        .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
        .replace(/:[^/]+/g, '[^/]+')}/?$`,
    ),
    methods: new Set(group.map((route) => route.method)),
  }))
}
