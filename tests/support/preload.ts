import { afterAll } from 'bun:test'
import { checkSent } from '../distributed/check-sent.ts'
import { callEnds } from './at-end.ts'
import { noteStatements } from './sent-statements.ts'

// Loaded before the files of a process of `bun test` (see test-process.ts): this afterAll comes after those of all files.
afterAll(callEnds)

const folder = Bun.env.TEST_SENT
if (folder) {
  noteStatements()
  afterAll(() => checkSent(folder), 60_000)
}
