import { expect, test } from 'bun:test'
import { LostAnswers } from '../../src/scheduler/lost-answers.ts'

test.each([
  ['the connection broke', { code: 'CONNECTION_CLOSED' }, true],
  ['it was cancelled, which a commit may have escaped', { severity: 'ERROR', code: '57014' }, true],
  ['the session was ended', { severity: 'FATAL', code: '57P01' }, true],
  ['the database refused it', { severity: 'ERROR', code: '23514' }, false],
  ['a lock was waited for in vain', { severity: 'ERROR', code: '55P03' }, false],
] as const)('a claim that failed as %s: whether it may have taken something', async (_, error, possible) => {
  const answers = new LostAnswers()
  await expect(answers.claim(() => Promise.reject(error))).rejects.toBe(error)
  expect(answers.possible).toBe(possible)
})

test('while a claim is under way it may have taken something, and not once it is answered', async () => {
  const answers = new LostAnswers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const claim = answers.claim(() => promise)
  expect(answers.possible).toBe(true)
  resolve()
  await claim
  expect(answers.possible).toBe(false)
})
