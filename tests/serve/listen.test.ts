import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('what escapes a handler is a 500 in the envelope that tells nothing of the inside, and is written down', async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'escaping-handler.ts')], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).json(), new Response(child.stderr).text()])
  const answer = {
    status: 500,
    text: '{"message":"Something went wrong inside Duly. It has been logged."}',
    headers: ['no-store', 'nosniff'],
  }
  expect(out).toEqual([answer, answer])
  expect(err.match(/^duly: /gm)).toHaveLength(2)
})
