import { expect, test } from 'bun:test'
import { Cramp } from '../../src/scheduler/cramp.ts'

test('a target that is cramped for a moment is waited for; one that stays so is gone round', () => {
  const cramp = new Cramp()
  cramp.lasts(true, 1000)
  expect(cramp.mayGoRound(1150)).toBe(false)
  cramp.lasts(false, 1160)
  cramp.lasts(true, 1170)
  expect(cramp.mayGoRound(1300)).toBe(false)
  expect(cramp.mayGoRound(1370)).toBe(true)
})

test('a claim round it that found little is followed by a rest', () => {
  const cramp = new Cramp()
  cramp.lasts(true, 1000)
  cramp.foundLittle(1300)
  expect(cramp.mayGoRound(1400)).toBe(false)
  expect(cramp.mayGoRound(1550)).toBe(true)
})
