// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of shells
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { checkResult } from '../../../src/import/check-result.ts'
import { importCrontab } from '../../../src/import/crontab/import-crontab.ts'
import { stateOf } from '../../../src/import/job-state.ts'
import { taskFields } from '../../../src/import/tasks-file.ts'
import { cronNext } from '../../../src/schedule/cron-next.ts'
import { expectWork, workSoFar } from '../../support/promised.ts'

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
  [`0 3 * * * su www -s /bin/sh -c 'curl -f -m 5 ${url}'`, { url }],
  [`0 3 * * * sudo -u www-data curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * ionice -c3 nice -n 19 /usr/bin/env curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * chronic curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * cronic timeout 30 curl -f ${url}`, { timeout_seconds: 30 }],
  [`0 3 * * * bash -lc 'curl -f -m 5 ${url}'`, { url }],
  [`0 3 * * * sleep $((RANDOM \\% 60)) && curl -f -m 5 ${url}`, { url }],
  [`0 3 * * * curl -f -m 5 ${url} || true`, { url }],
  [`0 3 * * * (date; curl -f -m 5 ${url}) >> /var/log/cron.log 2>&1`, { url }],
  [`0 3 * * * curl -f -m 5 "${url}" # nightly`, { url }],
  [`0 3 * * * curl -f -m 5 --data-binary @- ${url}%{"a":1}%b%`, { payload: '{"a":1}\nb\n' }],
  [`0 3 * * * curl -f -m 5 --data-binary @- ${url}%a\\%b\\\\%c`, { payload: 'a%b\\%c\n' }],
  [`TZ=Asia/Tokyo\n0 3 * * * curl -f -m 5 ${url}`, { time_zone: 'UTC' }],
  [`0 3 */2 * 1 curl -f -m 5 ${url}`, { cron: '0 3 */2 * 1' }],
  [`0 3 1,15 * mon-fri curl -f -m 5 ${url}`, { cron: '0 3 1,15 * mon-fri' }],
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
  [`0 3~5 * * * curl -f ${url}`, 'random time'],
  [`40~10 3 * * * curl -f ${url}`, 'random time'],
  [`~ * * * * curl -f ${url}`, 'as long as the time between two'],
  [`0 0 L * * curl -f ${url}`, 'which cron does not take'],
  [`5/15 * * * * curl -f ${url}`, 'some crons take for 5 alone'],
  [`0 3 * * sun/2 curl -f ${url}`, 'some crons take for sun alone'],
  [`0 3 * * 7-2 curl -f ${url}`, 'write it as a list'],
  [`0 3 * * mon,fri-sun curl -f ${url}`, 'write it as a list'],
  [`0 3 * * monday curl -f ${url}`, 'MONDAY, which cron does not take'],
  [`0 22-2 * * * curl -f ${url}`, 'write it as a list'],
  [`0 3 * nov-feb * curl -f ${url}`, 'write it as a list'],
  [`0 3 * * 5L curl -f ${url}`, 'which cron does not take'],
  [`H 3 * * * curl -f ${url}`, '"H" in the minute field'],
  [`0 0 ? * 1 curl -f ${url}`, 'which cron does not take'],
  [`@10 curl -f ${url}`, 'no schedule that is known'],
  [`0 3 * * * sleep $((RANDOM % 60)) && curl -f ${url}`, 'a % without a backslash'],
  [`0 3 * * * curl -f "${url}?day=$(date +%F)"`, 'a % without a backslash'],
  [`0 3 * * * shop curl -f ${url}`, 'shop looks like a user'],
  [`0 3 * * * lynx -dump ${url}`, 'lynx is not read'],
  [`0 3 * * * php -r 'file_get_contents("${url}");'`, 'php may send a request'],
  [`0 3 * * * /opt/backup.sh && curl -f ${url}`, 'runs no commands'],
  [`0 3 * * * curl -f ${url} && curl -f https://hc-ping.com/x`, 'tells a monitor'],
  [`0 25 * * * curl -f ${url}`, '"25" in the hour field'],
  ['0 3 * * * curl -f http://localhost/cron', 'the machine of the crontab'],
  [`0 3 * * * curl -f ${url} -H "X: $TOKEN"`, 'TOKEN is not set in the crontab'],
  [`https_proxy=http://p:1\n0 3 * * * curl -f ${url}`, 'never uses a proxy'],
  [`SHELL=/usr/bin/fish\n0 3 * * * curl -f ${url}`, 'SHELL is /usr/bin/fish'],
  [`0 3 * * * root curl -f ${url}`, 'with --system'],
  ['hello', 'neither a schedule'],
  [`*/5 * * * /usr/bin/curl --silent ${url}`, 'fewer than five fields'],
  ['0 3 * * * curl -f https://shop.example.com//cron.php', 'The path begins with //'],
  ['0 3 * * * curl -f http:/shop.example.com/cron', 'must begin with http:// or https://'],
  [`0 3 * * * wget -q -P /srv/data ${url}`, 'written to a file in that folder'],
  [`0 3 * * * cat > /tmp/x; curl -f -d @/tmp/x ${url}%a`, 'input of several commands'],
])('%s needs a person: %s', (text, said) => {
  const found = one(text)
  expect(found.state).toBe('person')
  expect(found.said).toContain(said)
})

test('what is not certain or differs is a note', () => {
  const noteOf = (text: string, options = {}) => one(`${text}\n0 3 * * * curl -f -m 5 ${url}`, options).said
  expect(noteOf('CRON_TZ=Asia/Tokyo')).toContain('Debian and Ubuntu')
  expect(noteOf('TZ=Asia/Tokyo', { timeZone: 'Europe/Berlin' })).toContain('machine’s zone, Europe/Berlin')
  expect(noteOf('RANDOM_DELAY=30')).toContain('up to 30 minutes; the task starts within them')
  expect(noteOf('RANDOM_DELAY=1440')).toContain('up to 1440 minutes; the task is called on time')
  expect(noteOf('# nothing')).toBe('')
})

test('random times and delays become a spread', () => {
  const tasksOf = (text: string) => one(text).tasks
  expect(tasksOf(`10~39 3 * * * curl -f ${url}`)).toMatchObject([{ cron: '10 3 * * *', spread_seconds: 1_800 }])
  expect(tasksOf(`~ 3 * * * curl -f ${url}`)).toMatchObject([{ cron: '0 3 * * *', spread_seconds: 3_600 }])
  expect(tasksOf(`RANDOM_DELAY=20\n0 3 * * * curl -f ${url}`)).toMatchObject([
    { cron: '0 3 * * *', spread_seconds: 1_200 },
  ])
})

/** Vixie cron, written down once more: the values of a field, and whether it begins with a star. */
function vixie(pattern: string, day: Date): boolean {
  const names = { 3: 'jan feb mar apr may jun jul aug sep oct nov dec', 4: 'sun mon tue wed thu fri sat' }
  const has = (at: 2 | 3 | 4, values: readonly number[]) => {
    const [low, high] = ({ 2: [1, 31], 3: [1, 12], 4: [0, 7] } as const)[at]
    const numberOf = (text: string) => {
      const named = at === 2 ? -1 : names[at].split(' ').indexOf(text)
      return named < 0 ? Number(text) : named + low
    }
    return (pattern.split(' ')[at] as string).split(',').some((item) => {
      const [range = '', step = '1'] = item.split('/')
      const [from = 0, to = from] = range === '*' ? [low, high] : range.split('-').map(numberOf)
      return values.some((value) => value >= from && value <= to && (value - from) % Number(step) === 0)
    })
  }
  const isDay = has(2, [day.getUTCDate()])
  const isWeekday = has(4, day.getUTCDay() === 0 ? [0, 7] : [day.getUTCDay()])
  const hasStar = / \*\S* \S+ \S+$| \*\S*$/.test(pattern)
  return has(3, [day.getUTCMonth() + 1]) && (hasStar ? isDay && isWeekday : isDay || isWeekday)
}

test.each([
  ...[
    '* * 7',
    '* * 0',
    '* * 5-7',
    '* * 6-7',
    '* * 1-7/2',
    '* * 0-7/3',
    '* * */2',
    '* * */7',
    '* * sun,wed',
    '* * mon-fri',
  ],
  ...[
    '1 * 1',
    '*/2 * 1',
    '13 * fri',
    '1-7 * mon',
    '1 * */2',
    '*/10 */3 *',
    '31 jan-jun *',
    '29 2 *',
    '15,1 * 1-5',
    '1,*/9 * 1',
  ],
])('0 3 %s comes due on the days of Vixie cron', (days) => {
  const pattern = `0 3 ${days}`
  const { state, tasks } = one(`${pattern} curl -f -m 5 ${url}`)
  expect(state).toBe('ready')
  const now = Date.UTC(2026, 10, 28, 12)
  const slow: string[] = []
  for (let at = now - 9 * 3_600_000 + 86_400_000; slow.length < 10; at += 86_400_000)
    if (vixie(pattern, new Date(at))) slow.push(new Date(at).toISOString())
  const found: string[] = []
  for (let at = now; found.length < 10; found.push(new Date(at).toISOString()))
    at = cronNext((tasks[0] as unknown as { cron: string }).cron, 'UTC', at) as number
  expect(found).toEqual(slow)
})

test('escapes that wget decodes are a note', () => {
  expect(one('0 3 * * * wget -q -t 1 -O- http://shop.example.com/\\%7euser/a').said).toContain('wget decodes some')
  expect(one('0 3 * * * wget -q -t 1 -O- http://shop.example.com/a\\%20b').said).not.toContain('wget decodes some')
})

test('an empty body of GET, as Postman exports it, is left out with a note', () => {
  expect(one(`0 3 * * * curl -f -X GET --data '' ${url}`)).toMatchObject({
    state: 'noted',
    tasks: [{ method: 'GET', url }],
  })
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

test('lines with one URL, and blanks in a value, are read in a bounded time', () => {
  const began = workSoFar()
  const many = importCrontab(`0 3 * * * curl -f ${url}\n`.repeat(3000), { timeZone: 'UTC' })
  expect(many.jobs.at(-1)?.tasks[0]?.key).toBe('shop.example.com/cron-3000')
  importCrontab(`A=x${' '.repeat(300_000)}y`)
  expectWork(4_000, began)
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
