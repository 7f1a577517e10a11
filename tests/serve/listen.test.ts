import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('an error that a handler throws is a 500 without details, and is written to stderr', async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'escaping-handler.ts')], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).json(), new Response(child.stderr).text()])
  const answer = {
    status: 500,
    text: '{"message":"Something went wrong inside Duly. It has been logged.","code":"internal"}',
    headers: ['no-store', 'nosniff'],
  }
  expect(out).toEqual([answer, answer])
  expect(err.match(/^duly: /gm)).toHaveLength(2)
})
