import { afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { interleave, ratios } from '../../bench/bench.ts'
import { median, spread, verdict } from '../../bench/report.ts'
import { writeResult } from '../../bench/results-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('what the bench says of its figures', () => {
  test('the median is the middle one, or between the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 7])).toBe(6)
    expect(() => median([])).toThrow('no values')
  })

  test('a spread names the least and the most', () => {
    expect(spread([4120, 3980, 4201])).toBe('4,120 (3,980–4,201)')
    expect(spread([0.5, 0.75, 0.6], 2)).toBe('0.60 (0.50–0.75)')
  })

  test('ratios are taken within a round', () => {
    expect(ratios([10, 30], [20, 40])).toEqual([0.5, 0.75])
  })

  test('a verdict judges the median, and a bound that is not allowed is not reached', () => {
    expect(verdict('rate', [0.9, 0.79, 0.1], { atLeast: 0.8 }).met).toBe(false)
    expect(verdict('rate', [0.9, 0.8, 0.1], { atLeast: 0.8 }).met).toBe(true)
    expect(verdict('p50', [20], { below: 20 }, { unit: ' ms' })).toMatchObject({ met: false, goal: '< 20 ms' })
    expect(verdict('growth', [1.15], { atMost: 1.15 }).met).toBe(true)
  })
})

test('contenders take turns, and each round begins with the next one', async () => {
  const order: string[] = []
  const run = (name: string) => async () => order.push(name)
  const contenders = new Map(['a', 'b', 'c'].map((name) => [name, run(name)]))
  const results = await interleave({ rounds: 2, say: () => {} }, contenders, String)
  expect(order.join('')).toBe('abcbca')
  expect(results.get('a')).toEqual([1, 6])
})

test('a table that is measured again replaces its own part of the file and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duly-test-'))
  folders.push(folder)
  const file = join(folder, 'results.md')
  const order = ['drain', 'flat']
  writeResult(file, order, 'flat', '## Flat\nfirst')
  writeResult(file, order, 'drain', '## Drain\nfirst')
  writeResult(file, order, 'drain', '## Drain\nagain')
  const text = readFileSync(file, 'utf8')
  expect(text).toStartWith('# What was measured\n')
  expect(text.match(/^## .*\n.*$/gm)).toEqual(['## Drain\nagain', '## Flat\nfirst'])
  expect(text.match(/^# /gm)).toHaveLength(1)
})
