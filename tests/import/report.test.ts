import { expect, test } from 'bun:test'
import type { ImportedJob } from '../../src/import/model.ts'
import { type NextSteps, writeReport } from '../../src/import/report.ts'
import { reportJson } from '../../src/import/report-json.ts'

const job = (name: string, over: Partial<ImportedJob> = {}): ImportedJob => ({
  source: `CronJob shop/${name}`,
  line: 3,
  file: 'jobs.yaml',
  tasks: [
    {
      key: `shop/${name}`,
      fields: {},
      request: { method: 'POST', url: ['http://api/x'], header: {}, payload: null, fields: {} },
    },
  ],
  reasons: [],
  notes: [],
  isOther: false,
  ...over,
})
const note = (text: string) => [{ text, line: 4 }]
const jobs = [
  job('one'),
  ...['a', 'b', 'c', 'd'].map((name) => job(name, { notes: note('A common note.') })),
  job('e', { notes: note('A rare note.') }),
  job('f', { reasons: note('It has\u001b[31m no host.') }),
  job('g', { isOther: true, tasks: [] }),
]
const result = {
  jobs,
  secrets: [{ kind: 'secret' as const, name: 'SHOP_KEY', from: 'key key of Secret shop/api' }],
  variables: [],
}
const steps: NextSteps = {
  output: 'my tasks.yaml',
  suspend: ['kubectl x'],
  resume: ['kubectl y'],
  setSecrets: undefined,
}

test('a report counts, names each job with its reasons and notes, tells a common note once, and says what to do', () => {
  const report = writeReport(result, steps)
  expect(report).toStartWith('8 jobs: 1 ready, 5 ready with notes, 1 need a person, 1 left where they are.\n')
  expect(report).toContain('Ready:\n  CronJob shop/one (jobs.yaml, line 3)\n    shop/one: POST http://api/x\n')
  expect(report).toContain('    line 4: It has\\u{1b}[31m no host.\n')
  expect(report.split('A common note.')).toHaveLength(2)
  expect(report).toContain('  4 jobs: A common note.')
  expect(report).toContain('    line 4: A rare note.')
  expect(report).toContain('  SHOP_KEY: key key of Secret shop/api')
  expect(report).toContain("duly apply -f 'my tasks.yaml'")
  expect(report.indexOf('kubectl x')).toBeLessThan(report.indexOf('kubectl y'))
})

test('the steps create the tasks paused, and pause them again before the old jobs are resumed: nothing is called twice', () => {
  const stepsWith = (over: Partial<NextSteps>) => {
    const report = writeReport(result, { ...steps, ...over })
    return report.slice(report.indexOf('Next:')).split(/^ {2}\d\. /m)
  }
  const [, , plan, create, , suspend, activate, back] = stepsWith({})
  expect(plan).toContain('"defaults: {status: paused}"')
  expect(create).toContain('duly apply')
  expect(suspend).toContain('kubectl x')
  expect(activate).toContain('duly apply')
  expect(back).toMatch(/duly apply[\s\S]*kubectl y/)
  expect(stepsWith({ suspend: [], resume: [] }).join('')).not.toContain('CronJob')
})

test('a report without a task does not say what to do next', () => {
  expect(writeReport({ ...result, jobs: jobs.slice(-2) }, steps)).not.toContain('Next:')
})

test('the report for programs has every job with its state', () => {
  expect(reportJson(result, 'shop')).toMatchObject({
    set: 'shop',
    summary: { ready: 1, noted: 5, person: 1, other: 1 },
    jobs: expect.arrayContaining([
      expect.objectContaining({ source: 'CronJob shop/f', state: 'person', file: 'jobs.yaml', line: 3 }),
    ]),
  })
})
