import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dir, '../../public')
const sheets = readdirSync(folder).filter((name) => name.endsWith('.css'))
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')

test('the dashboard has four sizes of text, each larger than the one before', () => {
  const sizes = [...textOf('base.css').matchAll(/--size-([a-z]+): ([\d.]+)rem;/g)].map(([, name, size]) => [
    name,
    Number(size),
  ])
  expect(sizes.map(([name]) => name)).toEqual(['small', 'text', 'heading', 'title'])
  // A step that is smaller is not seen.
  for (const [at, [, size]] of sizes.entries())
    if (at > 0) expect(Number(size) / Number(sizes[at - 1]?.[1])).toBeGreaterThan(1.15)
})

test('no style sheet has another: write font-size: var(--size-small), -text, -heading or -title', () => {
  // The root of the page on screen and on paper, by which all others go.
  const roots = ['base.css font: 0.9375rem / 1.5 var(--text)', 'print.css font-size: 10pt']
  const others = sheets.flatMap((name) =>
    [...textOf(name).matchAll(/^\s*(font(?:-size)?: [^;]+);/gm)]
      .map(([, rule]) => `${name} ${rule}`)
      .filter((rule) => !/: (inherit|var\(--size-(small|text|heading|title)\))$/.test(rule) && !roots.includes(rule)),
  )
  expect(others).toEqual([])
})
