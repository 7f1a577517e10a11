interface Pattern {
  readonly name: string
  readonly parts: readonly string[]
}

/**
 * Creates a function that finds the route that a path matches, whatever the method.
 * @param paths paths of the routes: `:name` is a parameter, `*` at the end matches any rest
 * @returns a function from a path to its route as OpenAPI writes it, such as `/tasks/{taskId}`; undefined when none matches
 */
export function routeFinder(paths: readonly string[]): (path: string) => string | undefined {
  const exact = new Map<string, string>()
  const byLength = new Map<number, Pattern[]>()
  const rests: { name: string; start: string }[] = []
  for (const path of new Set(paths.map(withoutSlash))) {
    const name = path.replace(/:(\w+)/g, '{$1}')
    if (path.endsWith('*')) rests.push({ name, start: path.slice(0, -1) })
    else if (name === path) exact.set(path, name)
    else {
      const parts = path.split('/')
      byLength.set(parts.length, [...(byLength.get(parts.length) ?? []), { name, parts }])
    }
  }
  return (given) => {
    const path = withoutSlash(given)
    const found = exact.get(path)
    if (found) return found
    const parts = path.split('/')
    const fits = (pattern: Pattern) => pattern.parts.every((part, i) => part.startsWith(':') || part === parts[i])
    return byLength.get(parts.length)?.find(fits)?.name ?? rests.find(({ start }) => path.startsWith(start))?.name
  }
}

/** Removes a slash at the end: `/tasks/` and `/tasks` are the same address. */
const withoutSlash = (path: string) => path.replace(/\/$/, '') || '/'
