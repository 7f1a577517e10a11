import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { ClaimedNotification } from '../../src/notifications/claim.ts'
import { Links } from '../../src/notifications/links.ts'
import { type Senders, sendMessage, sendNotification } from '../../src/notifications/send.ts'
import { message } from '../support/messages.ts'
import { outbound } from '../support/outbound.ts'
import { secrets } from '../support/secrets.ts'
import { Target } from '../support/target.ts'

let target: Target
beforeEach(() => {
  target = new Target()
})
afterEach(() => target.stop())

const senders: Senders = { policy: outbound(), secrets, mail: undefined, links: new Links(undefined) }
const channel = { id: message().id, name: 'on call' }

test('a channel gets the request of its kind', async () => {
  await sendMessage(senders, { ...channel, kind: 'webhook', url: target.url('/hook'), secrets: [] }, message())
  await sendMessage(senders, { ...channel, kind: 'slack', url: target.url('/slack') }, message())
  expect(target.sent.map(({ path, body }) => [path, Object.keys(JSON.parse(body))])).toEqual([
    ['/hook', ['type', 'timestamp', 'data']],
    ['/slack', ['text']],
  ])
})

test('without PUBLIC_URL messages have no links', async () => {
  await sendMessage(senders, { ...channel, kind: 'webhook', url: target.url(), secrets: [] }, message())
  await sendMessage(senders, { ...channel, kind: 'slack', url: target.url() }, message())
  const [webhook, slack] = target.sent.map(({ body }) => JSON.parse(body))
  expect(webhook.data.url).toBeNull()
  expect(slack.text).not.toContain('http')
})

test('without SMTP_URL a mail is a failure that says what is missing', async () => {
  expect(await sendMessage(senders, { ...channel, kind: 'email', addresses: ['ops@example.com'] }, message())).toEqual({
    ok: false,
    status_code: null,
    error: 'this server sends no mail: it must be given SMTP_URL and SMTP_FROM',
    retry_after_ms: null,
    duration_ms: 0,
  })
})

test('a channel that cannot be decrypted, and a message that cannot be written, are failures and throw nothing', async () => {
  const { id, service, kind, target: host, body, created_at } = message()
  const notification: ClaimedNotification = {
    service_id: service.id,
    service_name: service.name,
    id,
    channel_id: id,
    channel_name: 'on call',
    channel_kind: 'slack',
    channel_updated_at: created_at,
    claimed_at: created_at,
    sealed: '00000000.AAAA',
    addresses: null,
    kind,
    target: host,
    type: 'opened',
    body,
    created_at,
    attempt: 1,
  }
  expect(await sendNotification(senders, notification)).toMatchObject({
    ok: false,
    error: expect.stringMatching(/key/),
  })
  const broken = message({ body: undefined as never })
  expect(await sendMessage(senders, { ...channel, kind: 'slack', url: target.url() }, broken)).toMatchObject({
    ok: false,
    error: 'it failed inside Duly (TypeError)',
  })
})
