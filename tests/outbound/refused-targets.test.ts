import { expect, test } from 'bun:test'
import { join } from 'node:path'

/** Refused targets are called only where there is no network at all: a fault in the check would send nothing anywhere. */
const alone = [
  ['unshare', '--map-root-user', '--net'],
  ['unshare', '--net'],
].find((command) => Bun.spawnSync([...command, 'true'], { stdout: 'ignore', stderr: 'ignore' }).exitCode === 0)

test('a call to a refused target is not sent, directly or after a redirect, and its outcome says why', async () => {
  const script = join(import.meta.dir, 'call-refused.ts')
  const child = Bun.spawn([...(alone ?? []), process.execPath, script, alone ? 'alone' : 'connected'], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const outcomes: { url: string; error: string }[] = JSON.parse(await new Response(child.stdout).text())
  expect(outcomes.length).toBeGreaterThan(5)
  for (const { error } of outcomes) expect(error).toStartWith('refused by the outbound policy: ')
})
