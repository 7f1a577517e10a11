import { afterEach, expect, test } from 'bun:test'
import { Writable } from 'node:stream'
import { Loop, type LoopParts } from '../../src/background/loop.ts'
import { createLog } from '../../src/log/log.ts'
import { expectWithin, promised } from '../support/promised.ts'

const lines: { msg: string }[] = []
const log = createLog(
  'debug',
  new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  }),
)

const loops: Loop[] = []
/** A loop that, unless it is told otherwise, has a pause of an hour. */
const loop = (parts: Partial<LoopParts> & Pick<LoopParts, 'runOnce'>) => {
  const made = new Loop({ name: 'duty', log, everyMs: 3_600_000, ...parts })
  loops.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(loops.splice(0).map((started) => started.stop(0)))
  lines.length = 0
})

/** Counts turns; each can be waited for. */
class Turns {
  count = 0
  #reached: (() => void) | undefined
  #wanted = 0

  readonly run = async () => {
    if (++this.count === this.#wanted) this.#reached?.()
  }

  async reach(count: number): Promise<void> {
    if (this.count >= count) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#wanted = count
    this.#reached = resolve
    const timer = setTimeout(() => reject(new Error(`${this.count} turns, ${count} were awaited`)), 5_000)
    await promise.finally(() => clearTimeout(timer))
  }
}

test('start resolves after the first turn, and further turns follow by themselves', async () => {
  const turns = new Turns()
  await loop({ runOnce: turns.run, everyMs: 1 }).start()
  expect(turns.count).toBe(1)
  await turns.reach(4)
})

test('the pause counts from the end of a turn, and a turn may say how long it is', async () => {
  const ended: number[] = []
  const begun: number[] = []
  const turns = new Turns()
  const runOnce = async () => {
    begun.push(performance.now())
    await Bun.sleep(20)
    ended.push(performance.now())
    await turns.run()
    return 30
  }
  void loop({ runOnce }).start()
  await turns.reach(3)
  for (const turn of [1, 2]) expect((begun[turn] as number) - (ended[turn - 1] as number)).toBeGreaterThanOrEqual(29)
})

test('what a turn throws, at once or later, is logged by name and ends nothing', async () => {
  const turns = new Turns()
  const runOnce = () => {
    void turns.run()
    if (turns.count === 1) throw new Error('at once')
    return turns.count === 2 ? Promise.reject(new Error('later')) : Promise.resolve()
  }
  await loop({ runOnce, afterFailureMs: 1 }).start()
  expect(lines).toMatchObject([{ msg: 'duty failed; tried again', err: { message: 'at once' } }])
  await turns.reach(3)
})

test('failures are logged once a second, and an unavailable database is logged by the passes only', async () => {
  const turns = new Turns()
  const codes = [undefined, 'ECONNREFUSED']
  for (const code of codes) {
    const runOnce = async () => {
      await turns.run()
      throw Object.assign(new Error('again'), { code })
    }
    const failing = loop({ name: `duty ${code}`, runOnce, afterFailureMs: 1 })
    void failing.start()
    await turns.reach(turns.count + 10)
    await failing.stop()
  }
  expect(lines.map(({ msg }) => msg)).toEqual(['duty undefined failed; tried again'])
})

test('a wake ends the pause, and one during a turn the pause after it', async () => {
  const turns = new Turns()
  const sleepy = loop({
    runOnce: async () => {
      await turns.run()
      if (turns.count === 2) sleepy.wake()
    },
  })
  await sleepy.start()
  sleepy.wake()
  await turns.reach(3)
  await Bun.sleep(20)
  expect(turns.count).toBe(3)
})

test('a wake from the first line of a turn is one during that turn', async () => {
  const turns = new Turns()
  const eager = loop({
    runOnce: async () => {
      if (turns.count === 0) eager.wake()
      await turns.run()
    },
  })
  await eager.start()
  await turns.reach(2)
})

test('a later wake does not delay an earlier one, and an earlier one comes before a later one', async () => {
  const turns = new Turns()
  const waiting = loop({ runOnce: turns.run, everyMs: Number.POSITIVE_INFINITY })
  const started = performance.now()
  waiting.wake(promised(20_000))
  waiting.wake(5)
  waiting.wake(promised(20_000))
  await turns.reach(1)
  expectWithin(2_000, started)
})

test('turns do not overlap: a turn that is asked for during another is that one', async () => {
  let under = 0
  let most = 0
  let count = 0
  const runOnce = async () => {
    count++
    most = Math.max(most, ++under)
    await Bun.sleep(10)
    under--
  }
  const single = loop({ runOnce })
  await Promise.all([single.start(), single.runNow(), single.runNow()])
  single.wake()
  await single.runNow()
  expect([most, count]).toEqual([1, 2])
})

test('a stop waits for the turn under way, and none follows', async () => {
  const turns = new Turns()
  let ended = false
  const runOnce = async () => {
    await turns.run()
    await Bun.sleep(20)
    ended = true
  }
  const stopping = loop({ runOnce, everyMs: 1 })
  void stopping.start()
  await stopping.stop()
  expect(ended).toBe(true)
  expect(stopping.stopped).toBe(true)
  stopping.wake()
  await stopping.runNow()
  await Bun.sleep(20)
  expect(turns.count).toBe(1)
})

test('a stop between two turns leaves no timer, and one with a limit does not wait beyond it', async () => {
  const turns = new Turns()
  const paused = loop({ runOnce: turns.run, everyMs: 10 })
  await paused.start()
  await paused.stop()
  await Bun.sleep(30)
  expect(turns.count).toBe(1)
  const stuck = loop({ runOnce: () => new Promise<void>(() => {}) })
  void stuck.start()
  const started = performance.now()
  await stuck.stop(10)
  expectWithin(1_000, started)
})
