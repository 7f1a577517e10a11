import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { testMessage } from '../../src/notifications/message.ts'
import { sendWebhook } from '../../src/notifications/webhook.ts'
import { createSecret } from '../../src/signing/sign.ts'
import { links, message } from '../support/messages.ts'
import { outbound } from '../support/outbound.ts'
import { Target } from '../support/target.ts'

let target: Target
beforeEach(() => {
  target = new Target()
})
afterEach(() => target.stop())

test('a webhook receives what opened, signed with each of its secrets by Standard Webhooks', async () => {
  const secrets = [createSecret(), createSecret()]
  const sent = await sendWebhook(outbound(), { url: target.url('/hook'), secrets }, message(), links)
  expect(sent).toMatchObject({ ok: true, status_code: 200, error: null })
  const [arrived] = target.sent
  const headers = Object.fromEntries(arrived?.headers ?? [])
  expect(headers).toMatchObject({ 'webhook-id': message().id, 'content-type': 'application/json' })
  for (const secret of secrets)
    expect(new Webhook(secret).verify(arrived?.body ?? '', headers)).toEqual({
      type: 'alert.opened',
      timestamp: '2026-11-28T02:08:30Z',
      data: {
        service: message().service,
        kind: 'failing',
        target: 'api.example.com:443',
        ...message().body,
        url: 'https://duly.example.com/#/alerts?service=018f0000-0000-7000-8000-000000000001',
      },
    })
})

test('a test is a message of the type test', async () => {
  const { id, service, created_at } = message()
  await sendWebhook(outbound(), { url: target.url('/'), secrets: [] }, testMessage({ id, service, created_at }), links)
  expect(JSON.parse(target.sent[0]?.body ?? '')).toMatchObject({ type: 'test', data: { service } })
})

test('the signature has the time of the attempt, whatever the clock of the replica says', async () => {
  const secrets = [createSecret()]
  const attempted_at = '2026-01-02T03:04:05.678901Z'
  await sendWebhook(outbound(), { url: target.url('/'), secrets }, message({ attempted_at }), links)
  expect(target.sent[0]?.headers.get('webhook-timestamp')).toBe('1767323045')
})
