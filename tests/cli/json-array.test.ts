import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { elementsOf } from '../../src/cli/json-array.ts'

async function* cut(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

test('returns the objects of an array, however it is divided into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.dictionary(fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', 'ü') }), fc.jsonValue()),
      ),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 2),
      async (objects, size, indent) => {
        const text = JSON.stringify(objects, null, indent)
        expect(JSON.stringify(await Array.fromAsync(elementsOf(cut(text, size))))).toBe(JSON.stringify(objects))
      },
    ),
    { numRuns: 300 },
  )
})

test('throws for anything but an array of objects, and for one that breaks off', async () => {
  for (const text of ['', '{}', '[1]', '[[]]', '[', '[{}', '[{"a":1},', '[{"a":"', '[]]', '[][]', '<html>'])
    await expect(Array.fromAsync(elementsOf(cut(text, 2)))).rejects.toThrow(SyntaxError)
})
