/** How many elements are converted at once, some 20 ms of work. */
const sliceSize = 200

/** Converts a long list in slices, between which the calls of the scheduler and other requests get their turn. */
export async function inSlices<T, U>(list: readonly T[], convert: (element: T, index: number) => U): Promise<U[]> {
  const converted: U[] = []
  for (const [index, element] of list.entries()) {
    if (index > 0 && index % sliceSize === 0) await new Promise((resolve) => setImmediate(resolve))
    converted.push(convert(element, index))
  }
  return converted
}
