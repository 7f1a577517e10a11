// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of shells
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { checkResult } from '../../../src/import/check-result.ts'
import { importCrontab } from '../../../src/import/crontab/import-crontab.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { taskFields } from '../../../src/import/tasks-file.ts'

const read = (text: string, options: Parameters<typeof importCrontab>[1] = {}) =>
  checkResult(importCrontab(text, { timeZone: 'UTC', ...options })).jobs.map((job) => ({
    line: job.line,
    state: stateOf(job),
    said: [...job.reasons, ...job.notes].map(({ text }) => text).join(' '),
    tasks: job.tasks.map((task) => ({ key: task.key, ...taskFields(task) })),
  }))
const one = (text: string, options: Parameters<typeof importCrontab>[1] = {}) => {
  const all = read(text, options)
  return all[all.length - 1] as (typeof all)[number]
}
const url = 'https://shop.example.com/cron'

test.each<[string, object]>([
  [
    `*/5 * * * * curl -fsS -m 60 ${url} >/dev/null 2>&1`,
    { cron: '*/5 * * * *', method: 'GET', url, timeout_seconds: 60 },
  ],
  [`@daily /usr/bin/curl -fsS -m 9 -X POST ${url}`, { cron: '0 0 * * *', method: 'POST', timeout_seconds: 9 }],
  [`30\t2  * * sun  wget -q -O - ${url} > /dev/null`, { cron: '30 2 * * sun', method: 'GET', timeout_seconds: 300 }],
  [`0 3 * * 5-7 cd /app && curl -f -m 5 ${url}`, { cron: '0 3 * * 5-7' }],
  [`0 3 * * * flock -n /tmp/l curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * curl -f -m 5 "${url}?day=\\%41"`, { url: `${url}?day=%41` }],
  [`0 3 * * * curl -f -m 5 -d @- ${url}%{"a":1}%`, { method: 'POST', payload: '{"a":1}' }],
  [`TOKEN="a b"\n0 3 * * * curl -f -m 5 -H "X-Token: $TOKEN" ${url}`, { header: { 'X-Token': 'a b' } }],
  [`CRON_TZ=Asia/Tokyo\n0 3 * * * curl -f -m 5 ${url}`, { time_zone: 'Asia/Tokyo' }],
  [`-*/10 * * * * curl -f -m 5 ${url}`, { cron: '*/10 * * * *' }],
  [`0 3 * * * [ -x /usr/bin/curl ] && /usr/bin/curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * su - www -c "curl -f -m 5 ${url}"`, { url }],
])('%s is a task', (text, fields) => {
  const { state, tasks } = one(text)
  expect({ text, state: state === 'noted' ? 'ready' : state, tasks }).toMatchObject({
    text,
    state: 'ready',
    tasks: [fields],
  })
})

test.each([
  [`@reboot curl -f ${url}`, '@reboot runs when the machine starts'],
  [`0~30 3 * * * curl -f ${url}`, 'random time'],
  [`0 0 L * * curl -f ${url}`, 'L, W, # and ? are not taken'],
  [`0 25 * * * curl -f ${url}`, '"25" in the hour field'],
  ['0 3 * * * curl -f http://localhost/cron', 'the machine of the crontab'],
  [`0 3 * * * curl -f ${url} -H "X: $TOKEN"`, 'TOKEN is not set in the crontab'],
  [`https_proxy=http://p:1\n0 3 * * * curl -f ${url}`, 'never uses a proxy'],
  [`SHELL=/usr/bin/fish\n0 3 * * * curl -f ${url}`, 'SHELL is /usr/bin/fish'],
  [`0 3 * * * root curl -f ${url}`, 'with --system'],
  ['hello', 'neither a schedule'],
  [`0 3 * * * cat > /tmp/x; curl -f -d @/tmp/x ${url}%a`, 'input of several commands'],
])('%s needs a person: %s', (text, said) => {
  const found = one(text)
  expect(found.state).toBe('person')
  expect(found.said).toContain(said)
})

test('programs that make no request are left where they are, and comments are no jobs', () => {
  expect(
    read('# a\n\n0 1 * * * php /app/cron.php\n0 1 * * * /opt/backup.sh\n').map(({ line, state }) => [line, state]),
  ).toEqual([
    [3, 'other'],
    [4, expect.stringMatching(/other|person/)],
  ])
})

test('a crontab of the system names a user, who becomes a label', () => {
  const { tasks, state } = one(`0 3 * * * www-data curl -f -m 5 ${url}`, { system: true })
  expect({ state, tasks }).toMatchObject({ state: 'ready', tasks: [{ labels: { user: 'www-data' }, url }] })
  expect(one(`0 3 * * * curl -f ${url}`, { system: true }).said).toContain('without --system')
})

test('keys are host and path, unique, with a prefix; a machine without a zone is in UTC with a note', () => {
  const text = `0 3 * * * curl -f ${url}\n0 4 * * * curl -f ${url}?b\nMAILTO=a@example.com\n0 5 * * * curl -f https://example.com`
  const found = read(text, { keyPrefix: 'web-1', timeZone: undefined as never })
  expect(found.flatMap(({ tasks }) => tasks.map(({ key }) => key))).toEqual([
    'web-1/shop.example.com/cron',
    'web-1/shop.example.com/cron-2',
    'web-1/example.com',
  ])
  expect(found[0]?.said).toContain('taken to be UTC')
  expect(found[2]?.said).toContain('MAILTO')
})

test('no crontab makes the importer fail', () => {
  const piece = fc.oneof(
    fc.constantFrom('* ', '@daily ', '0 3 * * * ', 'curl ', url, '%', '\\%', "'", '"', '\n', '=', '$(', '|'),
    fc.string({ maxLength: 6 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.boolean(), (pieces, system) => {
      checkResult(importCrontab(pieces.join(''), { system }))
    }),
    { numRuns: 200 },
  )
})
