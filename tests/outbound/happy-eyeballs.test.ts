import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import {
  forgetAddress,
  orderByLastAnswer,
  orderByReachability,
  rememberAddress,
} from '../../src/outbound/happy-eyeballs.ts'
import { promised } from '../support/promised.ts'
import { startSilentPort } from '../support/silent-port.ts'

/** An address that swallows connections, and one beside it that takes them. */
const [silent, good, refused] = ['127.0.0.2', '127.0.0.1', '127.0.0.3']
let connections = 0
let port: number
let key: string
let stop: () => void
beforeAll(async () => {
  const server = Bun.listen({
    hostname: good,
    port: 0,
    socket: {
      open() {
        connections++
      },
      data() {},
    },
  })
  port = server.port
  const { stop: stopSilent } = await startSilentPort(silent, port)
  stop = () => {
    server.stop(true)
    stopSilent()
  }
})
afterAll(() => stop())
beforeEach(() => {
  connections = 0
  key = crypto.randomUUID()
})

const never = new AbortController().signal
const order = async (addresses: string[], signal = never) =>
  orderByLastAnswer(key, addresses) ?? (await orderByReachability(key, addresses, port, signal))

test('if the first address does not answer, the next one is tried after 250 ms and remembered', async () => {
  const started = performance.now()
  expect(await order([silent, good])).toEqual([good, silent])
  const tookMs = performance.now() - started
  expect(tookMs).toBeGreaterThan(200)
  expect(tookMs).toBeLessThan(promised(400))
  const again = performance.now()
  expect(await order([silent, good])).toEqual([good, silent])
  expect(performance.now() - again).toBeLessThan(promised(20))
  expect(connections).toBe(1)
})

test('an address that refuses is skipped at once, and one that answers at once is used', async () => {
  const started = performance.now()
  expect(await order([refused, good])).toEqual([good, refused])
  expect(performance.now() - started).toBeLessThan(promised(100))
  key = crypto.randomUUID()
  expect(await order([good, silent])).toEqual([good, silent])
})

test('a thousand concurrent calls to one name share one connection attempt', async () => {
  const orders = await Promise.all(Array.from({ length: 1_000 }, () => order([silent, good])))
  expect(new Set(orders.map(([first]) => first))).toEqual(new Set([good]))
  await Bun.sleep(20)
  expect(connections).toBe(1)
})

test('if no address answers, their order is unchanged', async () => {
  expect(await order([refused, '127.0.0.4'])).toEqual([refused, '127.0.0.4'])
})

test('a remembered address is forgotten when a call to it fails, or when the name no longer has it', async () => {
  rememberAddress(key, silent)
  expect(await order([silent, good])).toEqual([silent, good])
  forgetAddress(key)
  expect(await order([silent, good])).toEqual([good, silent])
  expect(await order([refused, '127.0.0.4'])).toEqual([refused, '127.0.0.4'])
})

test('if no address answers, the signal ends the wait and no socket stays open', async () => {
  const files = () => readdirSync('/proc/self/fd').length
  const before = files()
  const waits = [300, 400].map((ms) => order([silent, silent], AbortSignal.timeout(ms)).catch((error) => error.name))
  expect(await Promise.all(waits)).toEqual(['TimeoutError', 'TimeoutError'])
  await Bun.sleep(50)
  expect(files()).toBeLessThanOrEqual(before)
})
