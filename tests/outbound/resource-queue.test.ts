import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { isWaitingForResources, NotSent, sendWhenResourcesAllow } from '../../src/outbound/resource-queue.ts'
import { Deadline } from '../../src/scheduler/call/deadline.ts'

/** Local ports are used up in a network of one's own, where one can be had. */
const alone = [
  ['unshare', '--map-root-user', '--net', '--mount'],
  ['unshare', '--net', '--mount'],
].find(
  (command) =>
    Bun.spawnSync(
      [...command, 'sh', '-c', 'ip link set lo up && echo 20000 20031 > /proc/sys/net/ipv4/ip_local_port_range'],
      { stdout: 'ignore', stderr: 'ignore' },
    ).exitCode === 0,
)
if (!alone) console.log('This machine lends no network of its own, so local ports cannot be used up.')

test.skipIf(!alone)(
  'calls without a free local port or descriptor wait, and are sent once each with their timeout paused',
  async () => {
    const script = join(import.meta.dir, 'call-without-ports.ts')
    const limited = ['sh', '-c', 'ulimit -n 256 && exec "$@"', 'sh', process.execPath, script]
    const child = Bun.spawn([...(alone ?? []), ...limited], { stdout: 'pipe', stderr: 'inherit' })
    const { received, ports, tookMs, descriptors, noIPv6 } = JSON.parse(await new Response(child.stdout).text())
    expect(ports).toMatchObject({ counts: { success: 80 } })
    expect(tookMs).toBeGreaterThan(600)
    expect(ports.longestMs).toBeLessThan(600)
    expect(descriptors).toMatchObject({ counts: { success: 20 } })
    expect(received).toBe(100)
    expect(noIPv6).toBe('this machine has no IPv6 address from which it could call')
  },
  20_000,
)

const failing = (code: string) => () => Promise.reject(Object.assign(new Error('no'), { code }))

test.each(['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN'])(
  'the wait for a resource ends after a limit with an error that names it: %s',
  async (code) => {
    const time = {
      pausedMs: 600_000,
      begin: () => {},
      noteSentTwice: () => {},
      wasSentTwice: false,
      pause: () => {},
      resume: () => {},
    }
    const sending = sendWhenResourcesAllow('a:1', failing(code), new AbortController().signal, time)
    const error = await sending.catch((error) => error)
    expect(error).toBeInstanceOf(NotSent)
    expect(error.message).toStartWith(`not sent, and tried for 10 minutes: ${code}: `)
  },
)

test('an error of the target is thrown at once, and an abort ends the wait', async () => {
  const deadline = new Deadline(60_000, () => {})
  const controller = new AbortController()
  await expect(
    sendWhenResourcesAllow('a:1', failing('ECONNREFUSED'), controller.signal, deadline),
  ).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  })
  const waiting = Array.from({ length: 3 }, () =>
    sendWhenResourcesAllow('a:1', failing('EADDRNOTAVAIL'), controller.signal, deadline).catch((error) => error),
  )
  setTimeout(() => controller.abort(new Error('stopped')), 100)
  await Bun.sleep(20)
  expect(isWaitingForResources(controller.signal)).toBe(true)
  for (const error of await Promise.all(waiting)) expect(error.message).toBe('stopped')
  expect(isWaitingForResources(controller.signal)).toBe(false)
  deadline.stop()
})

test('waiting calls are sent in order of arrival, and calls to other targets are not delayed', async () => {
  const order: number[] = []
  let open = false
  const send = (at: number, target = 'a:1') => {
    const time = {
      pausedMs: 0,
      begin: () => {},
      noteSentTwice: () => {},
      wasSentTwice: false,
      pause: () => {},
      resume: () => {},
    }
    const attempt = async () => {
      if (!open && target === 'a:1') throw Object.assign(new Error('no'), { code: 'EADDRNOTAVAIL' })
      order.push(at)
    }
    return sendWhenResourcesAllow(target, attempt, new AbortController().signal, time)
  }
  const waiting = [1, 2, 3].map((at) => send(at))
  await send(0, 'b:1')
  expect(order).toEqual([0])
  await Bun.sleep(20)
  open = true
  await Promise.all([...waiting, send(4)])
  expect(order).toEqual([0, 1, 2, 3, 4])
})
