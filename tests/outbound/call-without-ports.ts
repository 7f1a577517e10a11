/**
 * In a network of its own with 32 local ports: sends 80 calls at once, of which each takes longer than a call may, if
 * the wait for a port counted. Then 20 calls while no file can be opened for a moment. Prints what came of them.
 */
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { call } from '../../src/scheduler/call/call.ts'
import { outbound } from '../support/outbound.ts'

Bun.spawnSync(['ip', 'link', 'set', 'lo', 'up'])
writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', '20000 20031')

/** In a process of its own, which can take connections while this one has no descriptor left. It tells how many calls came. */
const child = Bun.spawn(
  [
    process.execPath,
    '-e',
    `let received = 0
    const { port } = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        if (request.method === 'GET') return new Response(String(received))
        received++
        await Bun.sleep(200)
        return new Response('ok')
      },
    })
    console.log(port)`,
  ],
  { stdout: 'pipe', stderr: 'inherit' },
)
const { value } = await child.stdout.getReader().read()
const url = `http://127.0.0.1:${Number(new TextDecoder().decode(value))}/`
const send = async (url: string) => {
  const outgoing = { method: 'POST', header: {}, payload: 'x', identity: {}, staysWithOrigin: () => false }
  return await call(outbound(), { ...outgoing, url, timeoutMs: 600 })
}
const tally = (outcomes: Awaited<ReturnType<typeof send>>[]) => {
  const counts: Record<string, number> = {}
  for (const { error, status } of outcomes) counts[error ?? status] = (counts[error ?? status] ?? 0) + 1
  return { counts, longestMs: Math.max(...outcomes.map(({ duration_ms }) => duration_ms ?? 0)) }
}

const started = performance.now()
const ports = tally(await Promise.all(Array.from({ length: 80 }, () => send(url))))
const tookMs = performance.now() - started

const files: number[] = []
try {
  for (;;) files.push(openSync('/dev/null', 'r'))
} catch {
  // None is left now.
}
setTimeout(() => files.forEach(closeSync), 700)
const byName = url.replace('127.0.0.1', 'localhost')
const waiting = Array.from({ length: 20 }, (_, at) => send(at % 2 === 0 ? url : byName))
const descriptors = tally(await Promise.all(waiting))
writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1')
const noIPv6 = (await send('http://[::1]:9/')).error
const received = Number(await (await fetch(url)).text())
console.log(JSON.stringify({ received, ports, tookMs, descriptors, noIPv6 }))
child.kill()
process.exit()
