import { expect, test } from 'bun:test'
import { StaleCache } from '../../src/overview/stale-cache.ts'

/** Something that takes `ms` to find out, and counts how often that was done. */
function costly(ms: number) {
  const state = { times: 0, fails: false }
  const find = async () => {
    const time = ++state.times
    await Bun.sleep(ms)
    if (state.fails) throw new Error('not now')
    return time
  }
  return { state, find }
}

test('concurrent calls share one computation, and an expensive value is cached', async () => {
  const cache = new StaleCache<number>(() => true)
  const { state, find } = costly(30)
  expect(await Promise.all([cache.get('a', find), cache.get('a', find), cache.get('b', find)])).toEqual([1, 1, 2])
  expect([await cache.get('a', find), state.times]).toEqual([1, 2])
})

test('a cheap value is computed for every call', async () => {
  const cache = new StaleCache<number>(() => false)
  const { find } = costly(0)
  expect([await cache.get('a', find), await cache.get('a', find)]).toEqual([1, 2])
})

test('a stale value is returned at once while a new one is computed, and the next call gets the new one', async () => {
  const cache = new StaleCache<number>(() => true)
  const asked: PromiseWithResolvers<number>[] = []
  const find = () => {
    const answer = Promise.withResolvers<number>()
    asked.push(answer)
    return answer.promise
  }
  const first = cache.get('a', find)
  asked[0]?.resolve(1)
  expect(await first).toBe(1)
  while (asked.length === 1) {
    expect(await cache.get('a', find)).toBe(1)
    await Bun.sleep(1)
  }
  // The new one is being found out, and nobody waits for it.
  expect(await cache.get('a', find)).toBe(1)
  asked[1]?.resolve(2)
  await Bun.sleep(0)
  expect(await cache.get('a', find)).toBe(2)
})

test('an error is thrown to the calls that wait for it, and is not cached', async () => {
  const cache = new StaleCache<number>(() => true)
  const { state, find } = costly(15)
  state.fails = true
  await expect(cache.get('a', find)).rejects.toThrow('not now')
  state.fails = false
  expect(await cache.get('a', find)).toBe(2)
})
