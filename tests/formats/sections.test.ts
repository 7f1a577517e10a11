import { expect, test } from 'bun:test'
import { sectionsOf, tagLength } from '../../src/formats/sections.ts'

const record = (n: number) =>
  JSON.stringify({ id: crypto.randomUUID(), name: `Task ${n}`, status: 'success', error: null })
const records = Array.from({ length: 2_000 }, (_, n) => record(n))
const text = `[${records.join()}]`

/** How many characters of a text are in none of the sections of another one. */
function unknown(changed: string, size = 1_024): number {
  const known = new Set(sectionsOf(text, size).map(({ tag }) => tag))
  return sectionsOf(changed, size).reduce((sum, { tag, text: own }) => sum + (known.has(tag) ? 0 : own.length), 0)
}

test('sections are the whole text, in order, and of about the size that is asked for', () => {
  for (const whole of ['', '1', text, 'x'.repeat(100_000), '[0,0],'.repeat(20_000), '"ü😀\\"'.repeat(9_999)])
    for (const size of [256, 2_048, 65_536]) {
      const sections = sectionsOf(whole, size)
      expect(sections.map((section) => section.text).join('') === whole).toBe(true)
      for (const { text: own, tag } of sections.slice(0, -1)) {
        expect(own.length).toBeWithin(size / 4, size * 4 + 1)
        expect(tag).toMatch(new RegExp(`^[\\w-]{${tagLength}}$`))
      }
    }
  expect(sectionsOf(text, 1_024).length).toBeWithin(text.length / 2_048, text.length / 512)
})

test('a change, an insertion, a removal, another order: only the sections around it are others', () => {
  const at = 1_000
  expect(unknown(text)).toBe(0)
  expect(unknown(`[${records.with(at, record(at)).join()}]`)).toBeWithin(1, 12_000)
  expect(unknown(`[${[record(0), ...records].join()}]`)).toBeWithin(1, 12_000)
  expect(unknown(`[${records.toSpliced(at, 3).join()}]`)).toBeWithin(1, 12_000)
  expect(unknown(`[${[...records.slice(at), ...records.slice(0, at)].join()}]`)).toBeWithin(1, 20_000)
  expect(unknown(text.replaceAll('Task', 'Job'))).toBeGreaterThan(text.length * 0.8)
})

test('texts that differ by a character have other tags', () => {
  const tags = new Set<string>()
  const count = 100_000
  for (let n = 0; n < count; n++) tags.add(sectionsOf(`{"duration_ms":${n}}`, 256)[0]?.tag as string)
  expect(tags.size).toBe(count)
})
