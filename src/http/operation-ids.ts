/** A route as Elysia lists it. */
interface Route {
  readonly method: string
  readonly path: string
  readonly hooks: { readonly detail?: { readonly hide?: boolean; readonly operationId?: string } }
}

/**
 * Checks that each documented route has an operation id of its own. Generated clients name their functions after it.
 * @throws Error that names the route
 */
export function checkOperationIds(routes: readonly Route[]): void {
  const known = new Map<string, string>()
  for (const { method, path, hooks } of routes) {
    if (hooks.detail?.hide) continue
    const route = `${method} ${path}`
    const id = hooks.detail?.operationId ?? ''
    if (!/^[a-z]+([A-Z][a-z]+)*$/.test(id))
      throw new Error(`${route} needs an operation id in camel case, such as createTask: give it to operation().`)
    const other = known.get(id)
    if (other) throw new Error(`${route} has the operation id of ${other}, ${id}: give it one of its own.`)
    known.set(id, route)
  }
}
