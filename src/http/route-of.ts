interface Pattern {
  readonly name: string
  readonly parts: readonly string[]
}

/**
 * Finds the route of a path, whatever the method.
 * @param paths the routes' paths, in which a parameter is written `:name` and a `*` at the end stands for any rest
 * @returns a function that gives the route as the API's description writes it (`/tasks/{taskId}`), or undefined
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

/** A slash at the end makes no other address of it. */
const withoutSlash = (path: string) => path.replace(/\/$/, '') || '/'
