import { afterAll } from 'bun:test'
import { callEnds } from './at-end.ts'

// Loaded before the files of a process of `bun test` (see test-process.ts): this afterAll comes after those of all files.
afterAll(callEnds)
