// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of references
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseDocument } from 'yaml'
import type { ImportedJob, ImportedTask } from '../../src/import/model.ts'
import { writeTasksFile } from '../../src/import/tasks-file.ts'
import type { Reference } from '../../src/import/text.ts'

const token: Reference = { kind: 'secret', name: 'SHOP_API_TOKEN', from: 'key token of Secret shop/api' }
const base: Reference = { kind: 'variable', name: 'BASE_URL', from: 'key url of ConfigMap shop/settings' }

const task = (key: string, payload: string | null = null): ImportedTask => ({
  key,
  fields: { cron: '30 2 * * *', time_zone: 'Europe/Berlin', retries: 6, labels: { namespace: 'shop' } },
  request: {
    method: 'POST',
    url: [base, '/reindex?a=$', '{b}'],
    header: { Authorization: ['Bearer ', token], 'X-Text': ['yes'] },
    payload: payload === null ? null : [payload],
    fields: { expect: { contains: 'costs ${price}' } },
  },
})

const job = (over: Partial<ImportedJob>): ImportedJob => ({
  source: 'CronJob shop/reindex',
  line: 3,
  file: 'jobs.yaml',
  tasks: [task('shop/reindex')],
  reasons: [],
  notes: [],
  isOther: false,
  ...over,
})

const write = (...jobs: ImportedJob[]) =>
  writeTasksFile({ jobs, secrets: [token], variables: [base] }, { set: 'shop-prod', command: 'duly import cronjob' })

/** Reads a tasks file as YAML; its texts still have `$${` for `${`. */
const read = (text: string) => {
  const document = parseDocument(text)
  expect(document.errors).toEqual([])
  return document.toJS()
}

test('the tasks are in the file with their references, and everything else is comments', () => {
  const other = job({ source: 'CronJob shop/backup', isOther: true, tasks: [] })
  const person = job({
    reasons: [{ text: 'It has\n# a line end: x', line: 9 }],
    tasks: [task('shop/second', 'a\nb: c\n')],
  })
  const text = write(job({ notes: [{ text: 'A note', line: 5 }] }), other, person)
  expect(read(text)).toEqual({
    set: 'shop-prod',
    tasks: {
      'shop/reindex': {
        url: '${BASE_URL}/reindex?a=${b}',
        method: 'POST',
        header: { Authorization: 'Bearer ${secret.SHOP_API_TOKEN}', 'X-Text': 'yes' },
        expect: { contains: 'costs $${price}' },
        cron: '30 2 * * *',
        time_zone: 'Europe/Berlin',
        retries: 6,
        labels: { namespace: 'shop' },
      },
    },
  })
  expect(text).toContain("X-Text: 'yes'".replaceAll("'", '"'))
  expect(text).toContain('# CronJob shop/reindex (jobs.yaml, line 3)\n  #   line 5: A note\n  shop/reindex:')
  expect(text).toContain('needs a person:\n  #   line 9: It has # a line end: x\n  # shop/second:')
  expect(text).toContain(
    '# Secrets to set, with duly secret set NAME:\n#   SHOP_API_TOKEN: key token of Secret shop/api',
  )
  expect(text).not.toContain('shop/backup')
})

test('a file without tasks is still a tasks file', () => {
  expect(read(write(job({ reasons: [{ text: 'No', line: 1 }] })))).toEqual({ set: 'shop-prod', tasks: {} })
})

test('any payload is read back as it was, and no text of an input moves the cursor or leaves its comment', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('\n', '\r', ' ', '#', ':', '\t', '"', "'", '\u202e', '\u001b', '- ', '|', 'a', '$', '{'),
      maxLength: 30,
    }),
  )
  fc.assert(
    fc.property(text, text, (payload, remark) => {
      const written = write(
        job({ source: `CronJob ${remark}`, tasks: [task('a/b', payload)], notes: [{ text: remark, line: 1 }] }),
      )
      const { tasks } = read(written)
      expect(tasks['a/b'].payload.replaceAll('$${', '${')).toBe(payload)
      expect(Object.keys(tasks)).toEqual(['a/b'])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(written).not.toMatch(/[\u202e\u001b\r]/)
    }),
    { numRuns: 300 },
  )
})
