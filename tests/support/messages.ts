import { Links } from '../../src/notifications/links.ts'
import type { Message, ToldAlert } from '../../src/notifications/message.ts'

/** Links as with PUBLIC_URL. */
export const links = new Links('https://duly.example.com')

/** An open alert of a failing task, as a message tells of it. */
export const told = (fields: Partial<ToldAlert> = {}): ToldAlert => ({
  id: '018f0000-0000-7000-8000-000000000011',
  kind: 'failing',
  task_id: '018f0000-0000-7000-8000-000000000002',
  task_name: 'nightly-report',
  since: '2026-11-28T02:07:30.5Z',
  until: null,
  opened_at: '2026-11-28T02:08:00Z',
  closed_at: null,
  closed_because: null,
  failures: 1,
  tasks: null,
  error: 'the target answered 503',
  execution_id: null,
  ...fields,
})

/** The first 20 of `count` alerts. */
export const several = (count: number, fields: Partial<ToldAlert> = {}) => ({
  count,
  alerts: Array.from({ length: Math.min(count, 20) }, (_, n) => told({ task_name: `task ${n}`, ...fields })),
})

export const none = { count: 0, alerts: [] }

/** A message that tells of one failing task. */
export const message = (fields: Partial<Message> = {}): Message => ({
  id: '018f0000-0000-7000-8000-000000000013',
  type: 'opened',
  kind: 'failing',
  target: 'api.example.com:443',
  service: { id: '018f0000-0000-7000-8000-000000000001', name: 'billing' },
  created_at: '2026-11-28T02:08:30Z',
  attempted_at: new Date().toISOString(),
  body: { opened: { count: 1, alerts: [told()] }, closed: none, open: { count: 1, alerts: [told()] } },
  ...fields,
})

const line = 'x\r\nBcc: victim@example.com'
/** Texts that break out of a header, of markup or of a line if they are taken as they are. */
export const hostile = [
  line,
  'a\u202Egnp.exe',
  '<!channel> <https://evil.example|click> *bold* `code` <@U1>',
  '`code` __bold__ _it_ ~~gone~~ [click](https://evil.example) ![x](http://evil.example/x.png) :fire: www.evil.example',
  '# title \\*x\\* | a | b | #general @here ~town-square',
  '<script>alert(1)</script>&quot;',
  '"; =?utf-8?q?x?= \u0000 \u001b[31m',
  '🐘'.repeat(400),
] as const
