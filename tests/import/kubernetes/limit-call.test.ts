import { expect, test } from 'bun:test'
import { type JobLimits, limitCall } from '../../../src/import/kubernetes/limit-call.ts'
import type { FoundRequest } from '../../../src/import/model.ts'

const call = (limits: Partial<JobLimits> = {}, request: Partial<FoundRequest> = {}) => {
  const found: FoundRequest = { method: 'GET', url: ['http://api'], header: {}, payload: null, fields: {}, ...request }
  const all = { backoffLimit: 0, jobDeadline: undefined, podDeadline: undefined, line: 1, ...limits }
  const { fields, notes } = limitCall(found, all)
  return { fields, notes: notes.map(({ text }) => text).join(' ') }
}

test('the least time limit counts, an hour is the most, and none is 300 s with a note', () => {
  expect(call({ jobDeadline: 90, podDeadline: 60 }, { fields: { timeout_seconds: 120 } })).toEqual({
    fields: { timeout_seconds: 60 },
    notes: '',
  })
  expect(call({ jobDeadline: 90 }, { fields: { timeout_seconds: 20 } }).fields).toEqual({ timeout_seconds: 20 })
  expect(call()).toEqual({ fields: { timeout_seconds: 300 }, notes: expect.stringContaining('300 s') })
  expect(call({ jobDeadline: 86_400 })).toEqual({
    fields: { timeout_seconds: 3600 },
    notes: expect.stringContaining('86400 s is cut'),
  })
})

test('a Job repeats what ended its command, ten times at most, within its deadline', () => {
  const backoff = { min_backoff_seconds: 10, max_backoff_seconds: 360 }
  expect(call({ backoffLimit: 6, jobDeadline: 600 }).fields).toEqual({
    timeout_seconds: 600,
    retries: 6,
    retry: { ...backoff, max_duration_seconds: 600 },
  })
  expect(call({ backoffLimit: 2, podDeadline: 5 }, { failsOn: 'no_answer' }).fields).toEqual({
    timeout_seconds: 5,
    retries: 2,
    retry: { ...backoff, on: ['no_answer'] },
  })
  expect(call({ backoffLimit: 6, podDeadline: 5 }, { failsOn: 'nothing' }).fields).toEqual({ timeout_seconds: 5 })
  expect(call({ backoffLimit: 20, podDeadline: 5 })).toMatchObject({
    fields: { retries: 10 },
    notes: expect.stringContaining('cut to 10'),
  })
})

test('repetitions of the command and of the Job are multiplied, with the waits of the command', () => {
  const retry = { min_backoff_seconds: 1, on: ['no_answer'] }
  const inner = { fields: { timeout_seconds: 5, retries: 2, retry } }
  expect(call({}, inner).fields).toEqual({ timeout_seconds: 5, retries: 2, retry })
  expect(call({ backoffLimit: 1 }, inner)).toEqual({
    fields: { timeout_seconds: 5, retries: 5, retry },
    notes: expect.stringContaining('the task repeats 5 times'),
  })
})
