import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { promised } from '../support/promised.ts'

/** Where no network and no mounts of one's own can be had, there is no name server that says nothing. */
const alone = [
  ['unshare', '--map-root-user', '--net', '--mount'],
  ['unshare', '--net', '--mount'],
].find(
  (command) =>
    Bun.spawnSync([...command, 'sh', '-c', 'ip link set lo up && mount --bind /etc/hosts /etc/hosts'], {
      stdout: 'ignore',
      stderr: 'ignore',
    }).exitCode === 0,
)
if (!alone) console.log('This machine lends no network of its own, so silent name servers cannot be tried.')

test.skipIf(!alone)(
  'names of which a server says nothing hold up no other name, and another server is followed',
  async () => {
    const script = join(import.meta.dir, 'call-silent-names.ts')
    const child = Bun.spawn([...(alone ?? []), process.execPath, script], { stdout: 'pipe', stderr: 'inherit' })
    const { others, two, silent, later, same, askedForSame } = JSON.parse(await new Response(child.stdout).text())
    expect(others).toEqual([
      { host: 'localhost', status: 'success', error: null },
      { host: 'listed.test', status: 'success', error: null },
      { host: 'known.test', status: 'success', error: null },
      { host: 'nowhere.test', status: 'failed', error: 'DNS: no such host' },
    ])
    // The address that takes no connection is left for the next, and both are checked.
    expect(two).toMatchObject({ status: 'success', received: 1, denied: expect.stringContaining('127.0.0.2') })
    expect(two.tookMs).toBeLessThan(promised(600))
    expect(new Set(silent.map(({ error }: { error: string }) => error))).toEqual(
      new Set(['timeout after 1.5 s while looking up the name']),
    )
    // A thousand calls to one name at once are one question, and not a flood that the server drops.
    expect(same).toBe(1_000)
    expect(askedForSame).toBeLessThan(20)
    expect(later.status).toBe('success')
  },
  30_000,
)
