import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Writable } from 'node:stream'
import pino from 'pino'
import { Heartbeat } from '../../src/watch/heartbeat.ts'
import { eventually } from '../support/eventually.ts'
import { stopTargets, Target } from '../support/target.ts'

let target: Target
let lines: Record<string, unknown>[]
let isWell: boolean
const running: Heartbeat[] = []

beforeEach(() => {
  target = new Target()
  lines = []
  isWell = true
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((heartbeat) => heartbeat.stop()))
  stopTargets()
})

function start(url: string, everyMs?: number): Heartbeat {
  const log = pino(
    { level: 'info' },
    new Writable({
      write(line, _, done) {
        lines.push(JSON.parse(String(line)))
        done()
      },
    }),
  )
  const heartbeat = new Heartbeat({ url, log, isWell: () => isWell, ...(everyMs !== undefined && { everyMs }) })
  running.push(heartbeat)
  heartbeat.start()
  return heartbeat
}

const beats = (count: number) => eventually(() => target.sent.length >= count, `${count} heartbeats`)

test('the URL is called with GET at once, and then only once a minute', async () => {
  start(target.url('/ping/secret?x=1'))
  await beats(1)
  await Bun.sleep(1_500)
  expect(target.sent.map(({ method, path, body }) => [method, path, body])).toEqual([['GET', '/ping/secret', '']])
  expect(lines).toEqual([])
})

test('while passes do not go well it is not called; once they do it is, without waiting for the minute', async () => {
  isWell = false
  start(target.url(), 5)
  await Bun.sleep(300)
  expect(target.sent).toEqual([])
  isWell = true
  await beats(3)
  isWell = false
  await Bun.sleep(50)
  const { length } = target.sent
  await Bun.sleep(300)
  expect(target.sent).toHaveLength(length)
})

test('a failure is logged once when it begins and once when it is over, without the path of the URL', async () => {
  target.answer = () => new Response('no', { status: 503 })
  start(target.url('/ping/very-secret'), 5)
  await beats(5)
  target.answer = () => new Response('')
  await eventually(() => lines.length === 2, 'both lines')
  await Bun.sleep(50)
  expect(lines).toMatchObject([
    {
      level: 40,
      origin: target.url('').replace(/\/$/, ''),
      reason: 'it answered 503',
      msg: 'HEARTBEAT_URL cannot be called; tried again each minute',
    },
    { level: 30, msg: 'HEARTBEAT_URL is called again' },
  ])
  expect(JSON.stringify(lines)).not.toContain('very-secret')
})

test('a redirect is not followed, and counts as a failure', async () => {
  const other = new Target()
  target.answer = () => Response.redirect(other.url())
  start(target.url())
  await eventually(() => lines.length === 1, 'a line')
  expect(lines[0]?.reason).toBe('it answered 302; redirects are not followed')
  expect(other.sent).toEqual([])
})

test('a URL that nobody listens at is a failure without its path', async () => {
  const url = target.url('/very-secret')
  stopTargets()
  start(url)
  await eventually(() => lines.length === 1, 'a line')
  expect(lines[0]?.reason).toBe('connection refused')
  expect(JSON.stringify(lines)).not.toContain('very-secret')
})

test('the end of the service does not wait for a heartbeat that hangs', async () => {
  target.hold()
  const heartbeat = start(target.url())
  await beats(1)
  const began = performance.now()
  await heartbeat.stop()
  expect(performance.now() - began).toBeLessThan(900)
  expect(lines).toEqual([])
})
