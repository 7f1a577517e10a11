import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import { checkout } from '../support/process.ts'

const files = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...new Glob('docs/*.md').scanSync(checkout),
]
const textOf = (file: string) => readFileSync(join(checkout, file), 'utf8')

/** The anchors that GitHub gives the headings of a document. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )

test('every relative link in the documents leads to a file, and to a heading of it', () => {
  const broken = files.flatMap((file) =>
    [...textOf(file).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([, path = '', anchor]) => {
      const target = path === '' ? file : join(dirname(file), path)
      if (!existsSync(join(checkout, target))) return `${file}: ${path} does not exist`
      if (anchor === undefined || anchorsOf(textOf(target)).includes(anchor)) return []
      return `${file}: ${path}#${anchor} is no heading`
    }),
  )
  expect(broken).toEqual([])
})
