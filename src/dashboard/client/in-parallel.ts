/** Number of concurrent requests. */
const width = 4

/**
 * Does something with each of some items, a few at the same time, in their order.
 * @param signal stops before the next item
 * @throws the first error of `work`; those that are under way go on
 */
export async function inParallel<T extends object>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = [...items]
  const worker = async () => {
    for (let item = waiting.shift(); item && !signal?.aborted; item = waiting.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
