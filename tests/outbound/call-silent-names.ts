/**
 * In a network of its own, with a name server that says nothing of most names: calls many of those, and beside them names
 * that are known. Prints the outcomes. It binds files of its own over /etc/hosts and /etc/resolv.conf.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call } from '../../src/scheduler/call/call.ts'
import { SecretNames } from '../../src/secrets/names.ts'
import { outbound } from '../support/outbound.ts'
import { startSilentPort } from '../support/silent-port.ts'

const run = (...command: string[]) => {
  if (Bun.spawnSync(command, { stderr: 'inherit' }).exitCode !== 0) throw new Error(`${command.join(' ')} failed`)
}

run('ip', 'link', 'set', 'lo', 'up')
const folder = mkdtempSync(join(tmpdir(), 'duly-names-'))
for (const [name, text] of [
  ['hosts', '127.0.0.1 localhost\n127.0.0.1 listed.test\n127.0.0.2 two.test\n127.0.0.1 two.test\n'],
  ['resolv.conf', 'nameserver 127.0.0.1\n'],
] as const) {
  writeFileSync(join(folder, name), text)
  run('mount', '--bind', join(folder, name), `/etc/${name}`)
}

/** Questions for the known name: those for silent names are asked again at any time. */
let askedForKnown = 0
/** A name server: the address of `known` is 127.0.0.1, `nowhere.test` has none, and of other names it says nothing. */
const nameServer = (hostname: string, known: string) =>
  Bun.udpSocket({
    hostname,
    port: 53,
    socket: {
      data(socket, query, port, address) {
        const end = query.indexOf(0, 12) + 5
        const name = query.subarray(12, end).toString('latin1')
        const isKnown = name.includes(known)
        if (isKnown) askedForKnown++
        if (!isKnown && !name.includes('nowhere')) return
        // An answer of type A, where that was asked for.
        const found = isKnown && query[end - 3] === 1 ? [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1] : []
        const head = Buffer.from(query.subarray(0, 12))
        head.set([0x81, isKnown ? 0x80 : 0x83, 0, 1, 0, found.length > 0 ? 1 : 0, 0, 0, 0, 0], 2)
        socket.send(Buffer.concat([head, query.subarray(12, end), Buffer.from(found)]), port, address)
      },
    },
  })
await nameServer('127.0.0.1', 'known')
await nameServer('127.0.0.2', 'later')
let received = 0
const target = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch() {
    received++
    return new Response('ok')
  },
})
const send = async (host: string, timeoutMs = 5_000, policy = outbound()) => {
  const url = `http://${host}:${target.port}/`
  const { status, error } = await call(policy, {
    method: 'GET',
    url,
    header: {},
    payload: null,
    identity: {},
    staysWithOrigin: (name) => new SecretNames([]).has(name),
    timeoutMs,
  })
  return { host, status, error }
}
// The first address of this name takes no connection.
const swallowing = await startSilentPort('127.0.0.2', target.port as number)
const [receivedBefore, startedAt] = [received, performance.now()]
const two = {
  ...(await send('two.test')),
  received: received - receivedBefore,
  tookMs: performance.now() - startedAt,
  denied: (await send('two.test', 5_000, outbound('internal', '', '127.0.0.2'))).error,
}
swallowing.stop()
const silent = Array.from({ length: 40 }, (_, at) => send(`silent${at}.test`, 1_500))
const others = await Promise.all(['localhost', 'listed.test', 'known.test', 'nowhere.test'].map((host) => send(host)))
const before = askedForKnown
const same = await Promise.all(Array.from({ length: 1_000 }, () => send('known.test')))
const askedForSame = askedForKnown - before
const whenSilent = await Promise.all(silent)
// Another network has another name server.
writeFileSync(join(folder, 'resolv.conf'), 'search test\nnameserver 127.0.0.2\n')
await Bun.sleep(1_100)
const later = await send('later.test')
console.log(
  JSON.stringify({
    others,
    two,
    silent: whenSilent,
    later,
    same: same.filter(({ status }) => status === 'success').length,
    askedForSame,
  }),
)
rmSync(folder, { recursive: true })
process.exit()
