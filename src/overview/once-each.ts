/** Returns a function that works something out once for each of its arguments, as thousands of tasks have few patterns. */
export function onceEach<A extends readonly (string | number | boolean | null)[], T>(
  work: (...args: A) => T,
): (...args: A) => T {
  const known = new Map<string, { readonly result: T }>()
  return (...args) => {
    const key = JSON.stringify(args)
    const found = known.get(key) ?? { result: work(...args) }
    known.set(key, found)
    return found.result
  }
}
