/**
 * How long a test waits in ms for what nobody has promised within a time: the long suite, whose machine is busy, for longer.
 */
const patienceMs = Number(Bun.env.TEST_PATIENCE_MS ?? 20_000)

/**
 * Calls `look` every 20 ms until its result is truthy and no empty list, and returns that result.
 * @param why what was awaited, or the state that explains a failure
 * @throws after `withinMs`, with `why`
 */
export async function eventually<T>(
  look: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  why: string | (() => string),
  withinMs = patienceMs,
): Promise<T> {
  for (const began = performance.now(); ; await Bun.sleep(20)) {
    const result = await look()
    if (result && !(Array.isArray(result) && result.length === 0)) return result
    if (performance.now() - began > withinMs)
      throw new Error(`Waited ${withinMs} ms in vain: ${typeof why === 'string' ? why : why()}`)
  }
}
