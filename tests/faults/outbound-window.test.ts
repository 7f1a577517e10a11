import { expect, test } from 'bun:test'
import { type Place, Window } from '../../src/outbound/window.ts'
import { windowOfAddress, windowOfTarget } from '../../src/outbound/windows.ts'
import { Deadline } from '../../src/scheduler/call/deadline.ts'
import { eventually } from '../support/eventually.ts'
import { callUrl } from '../support/outgoing-call.ts'
import { promised } from '../support/promised.ts'
import { Target } from '../support/target.ts'

/** Makes calls through a window; `take` says how long each takes. Tells how many are in flight, were at most, and have ended. */
function makeCalls(window: Window, count: number, take: () => number | Promise<void>) {
  const seen = { inFlight: 0, most: 0, ended: 0 }
  for (let n = 0; n < count; n++)
    window.enter(async (place) => {
      seen.most = Math.max(seen.most, ++seen.inFlight)
      const taken = take()
      await (typeof taken === 'number' ? Bun.sleep(taken) : taken)
      seen.inFlight--
      seen.ended++
      place.leave()
    })
  return seen
}

/** Ends one call after another, each after this time. */
function serial(ms: number): () => Promise<void> {
  let last = Promise.resolve()
  return () => {
    last = last.then(() => Bun.sleep(ms))
    return last
  }
}

/** How many calls could start now. */
function freePlaces(window: Window): number {
  const places: Place[] = []
  for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
  for (const place of places) place.leave()
  return places.length
}

const nothing = () => {}

test('calls of a quick target: never more than the window at once, and all are made', async () => {
  const seen = makeCalls(new Window(32, nothing), 3_000, () => 5)
  await eventually(() => seen.ended === 3_000, 'all have ended')
  // Twice the window where this process gets so little of the machine that 5 ms take ten times as long.
  expect(seen.most).toBeLessThanOrEqual(2 * 32)
})

test('calls that take long are all in flight within two seconds, however many', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const seen = makeCalls(new Window(32, nothing), 1_000, () => promise)
  await eventually(
    () => seen.inFlight === 1_000,
    () => `${seen.inFlight} are in flight`,
    promised(2_000),
  )
  resolve()
  await eventually(() => seen.ended === 1_000, 'all have ended')
})

test('the window of calls that take long grows again for a second burst, while some are still in flight', async () => {
  const window = new Window(32, nothing)
  const first = makeCalls(window, 100, () => 1_000)
  await eventually(() => first.inFlight === 100, 'the first are in flight')
  await eventually(() => first.ended > 0, 'one has ended')
  const { promise, resolve } = Promise.withResolvers<void>()
  const second = makeCalls(window, 1_000, () => promise)
  await eventually(
    () => second.inFlight === 1_000,
    () => `${second.inFlight} are in flight`,
    promised(2_000),
  )
  resolve()
  await eventually(() => second.ended === 1_000, 'all have ended')
})

// A target that takes one call at a time is at its limit with any window.
test('a target that takes one call after another does not get more and more calls', async () => {
  const all = [10, 60, 150].map((ms) => makeCalls(new Window(32, nothing), 2_000, serial(ms)))
  await Bun.sleep(3_000)
  for (const seen of all) expect(seen.most).toBeLessThanOrEqual(8 * 32)
})

test('a target at its limit that stands still for a while is not given more calls', async () => {
  const ends: (() => void)[] = []
  const seen = makeCalls(new Window(32, nothing), 2_000, () => new Promise((resolve) => ends.push(resolve)))
  const answering = setInterval(() => ends.shift()?.(), 5)
  await Bun.sleep(1_500)
  clearInterval(answering)
  await Bun.sleep(1_200)
  expect(seen.most).toBeLessThanOrEqual(4 * 32)
  const after = setInterval(() => ends.splice(0).map((end) => end()), 1)
  await eventually(() => seen.ended === 2_000, 'all have ended')
  clearInterval(after)
})

test('a target that answers in 60 ms is given more and more calls, since it gets them done', async () => {
  const seen = makeCalls(new Window(32, nothing), 3_000, () => 60)
  await eventually(() => seen.ended === 3_000, 'all have ended', promised(3_500))
  expect(seen.most).toBeGreaterThan(4 * 32)
})

test('calls that hang do not keep the others of their target from being sent', async () => {
  const window = new Window(8, nothing)
  const { promise, resolve } = Promise.withResolvers<void>()
  const hanging = makeCalls(window, 20, () => promise)
  await eventually(() => hanging.inFlight === 20, 'those that hang are in flight')
  const quick = makeCalls(window, 500, () => 2)
  await eventually(
    () => quick.ended === 500,
    () => `${quick.ended} have ended`,
    promised(4_000),
  )
  resolve()
  await eventually(() => hanging.ended === 20, 'all have ended')
})

test('a window that has grown becomes small again once calls are quick', async () => {
  const window = new Window(8, nothing)
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = makeCalls(window, 64, () => promise)
  await eventually(() => slow.inFlight === 64, 'all are in flight')
  const quick = makeCalls(window, 10_000, () => 2)
  resolve()
  await eventually(() => quick.ended > 8_000, 'most have ended')
  quick.most = 0
  await eventually(() => quick.ended === 10_000, 'all have ended')
  expect(quick.most).toBeLessThanOrEqual(8)
})

test('calls that wait start in their order, and one that was withdrawn does not start', async () => {
  let unused = 0
  const window = new Window(1, () => unused++)
  const started: number[] = []
  const places: Place[] = []
  const starts = [0, 1, 2, 3].map((n) => (place: Place) => {
    started.push(n)
    places.push(place)
  })
  for (const start of starts) window.enter(start)
  expect(window.withdraw(starts[2] as (typeof starts)[0])).toBe(true)
  expect(window.withdraw(starts[2] as (typeof starts)[0])).toBe(false)
  expect(window.withdraw(starts[0] as (typeof starts)[0])).toBe(false)
  for (const next of [0, 1, 3]) {
    await eventually(() => started.at(-1) === next, `call ${next} has started`)
    // A place is given back once, even if it is left twice.
    places.at(-1)?.leave()
    places.at(-1)?.leave()
  }
  expect(started).toEqual([0, 1, 3])
  await eventually(() => unused > 0, 'the window is not used any more')
  expect(freePlaces(window)).toBe(1)
})

test('a call that is aborted while it waits ends at once with the reason, and the others start', async () => {
  const window = new Window(1, nothing)
  const held = window.tryEnter()
  const controller = new AbortController()
  const deadline = new Deadline(60_000, nothing)
  const aborted = window.waitForPlace(controller.signal, deadline)
  const other = window.waitForPlace(new AbortController().signal, new Deadline(60_000, nothing))
  const reason = new Error('enough')
  controller.abort(reason)
  expect(await aborted.catch((error) => error)).toBe(reason)
  expect(await window.waitForPlace(controller.signal, deadline).catch((error) => error)).toBe(reason)
  held?.leave()
  const place = await other
  expect(window.tryEnter()).toBeUndefined()
  place.leave()
  expect(freePlaces(window)).toBe(1)
})

for (const [name, windowOf] of Object.entries({ target: windowOfTarget, address: windowOfAddress }))
  test(`the timeout does not run while a call waits for a place in the window of its ${name}`, async () => {
    const target = new Target()
    const window = windowOf(`127.0.0.1:${target.port}`)
    const places: Place[] = []
    for (let place = window.tryEnter(); place; place = window.tryEnter()) places.push(place)
    const waiting = callUrl(target.url(), { timeoutMs: 150 })
    // Less than after which the window grows.
    await Bun.sleep(180)
    for (const place of places) place.leave()
    const { status, waited_ms, duration_ms } = await waiting
    expect(status).toBe('success')
    expect(waited_ms).toBeGreaterThan(150)
    expect(duration_ms).toBeLessThan(150)
    target.stop()
  })
