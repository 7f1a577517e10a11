import { expect, test } from 'bun:test'
import { Congestion } from '../../../src/scheduler/claim/congestion.ts'

test('a target that is congested for a moment is waited for; one that stays so is excluded', () => {
  const congestion = new Congestion()
  congestion.note(true, 1000)
  expect(congestion.excludesCongested(1150)).toBe(false)
  congestion.note(false, 1160)
  congestion.note(true, 1170)
  expect(congestion.excludesCongested(1300)).toBe(false)
  expect(congestion.excludesCongested(1370)).toBe(true)
})

test('an excluding claim that found little is followed by a rest', () => {
  const congestion = new Congestion()
  congestion.note(true, 1000)
  congestion.noteShortClaim(1300)
  expect(congestion.excludesCongested(1400)).toBe(false)
  expect(congestion.excludesCongested(1550)).toBe(true)
})
