import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from '../support/process.ts'

const text = readFileSync(join(checkout, 'CONTRIBUTING.md'), 'utf8')
const paths = [...new Set(text.match(/\b(?:bench|db|docs|public|src|tests)\/[\w./-]*[\w/]/g))]

test('every file and folder that CONTRIBUTING.md names exists', () => {
  // `bun run test` takes a path without its ending.
  const exists = (path: string) => ['', '.test.ts'].some((ending) => existsSync(join(checkout, path + ending)))
  expect(paths.length).toBeGreaterThan(10)
  expect(paths.filter((path) => !exists(path))).toEqual([])
})
