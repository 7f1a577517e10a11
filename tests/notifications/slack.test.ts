import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Links } from '../../src/notifications/links.ts'
import { lengthFor, sendSlack, slackText } from '../../src/notifications/slack.ts'
import { hostile, links, message, none, several, told } from '../support/messages.ts'
import { outbound } from '../support/outbound.ts'
import { Target } from '../support/target.ts'

let target: Target
beforeEach(() => {
  target = new Target()
})
afterEach(() => target.stop())

test('a message is text with links to the tasks', () => {
  expect(slackText(message(), links)).toBe(
    [
      '*[Duly billing]\u2060 nightly-report is failing (api.example.com:443)*',
      '1 task is failing:',
      '• nightly-report has been failing since 2026-11-28 02:07 UTC: the target answered 503 (<https://duly.example.com/#/tasks/018f0000-0000-7000-8000-000000000002?service=018f0000-0000-7000-8000-000000000001|task>)',
      '<https://duly.example.com/#/alerts?service=018f0000-0000-7000-8000-000000000001|All alerts>',
      '_notification 018f0000-0000-7000-8000-000000000013_',
    ].join('\n'),
  )
})

test('names and errors are no markup', () => {
  for (const text of hostile) {
    const alerts = { count: 1, alerts: [told({ task_name: text, error: text, task_id: null })] }
    const body = { opened: alerts, closed: none, open: alerts }
    const said = slackText(message({ service: { id: 'x', name: text }, target: text, body }), new Links(undefined))
    expect(said).not.toMatch(/[<>]/)
    expect(said.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&')
    // Only the frame of the title and of the footer formats anything.
    expect(said.match(/[*_`~](?!\u2060)/g)).toEqual(['*', '*', '_', '_'])
    expect(said).not.toMatch(/@(?!\u2060)/)
    // Mattermost reads Markdown: two emphasized lines, and nothing else.
    expect(Bun.markdown.html(said).match(/<(?!\/)[^>]+>/g)).toEqual(['<p>', '<em>', '<em>'])
  }
})

test('an underscore within a word is left as it is, so that names can be searched for', () => {
  const alerts = { count: 1, alerts: [told({ task_name: 'nightly_report_2' })] }
  const body = { opened: alerts, closed: none, open: alerts }
  expect(slackText(message({ body }), links)).toContain('• nightly_report_2 has been failing')
})

test('a text that is too long ends with a whole line, and keeps its footer', () => {
  const text = slackText(message({ body: { opened: all(), closed: all(), open: all() }, type: 'changed' }), links)
  expect(text.length).toBeLessThanOrEqual(30_000)
  const lines = text.split('\n')
  for (const line of lines.filter((line) => line.startsWith('•'))) expect(line).toEndWith('|task>)')
  expect(lines.slice(-3)).toEqual([
    '…',
    '<https://duly.example.com/#/alerts?service=018f0000-0000-7000-8000-000000000001|All alerts>',
    `_notification ${message().id}_`,
  ])
})
/** Alerts whose texts become as long as they can. */
const all = () => ({ ...several(20, { task_name: '&'.repeat(200), error: '&'.repeat(500) }), count: 500 })

test('a text for Discord has less than the 2,000 characters that it takes', () => {
  expect(lengthFor('https://discord.com/api/webhooks/1/x/slack')).toBe(1_900)
  expect(lengthFor('https://canary.discord.com/api/webhooks/1/x/slack')).toBe(1_900)
  expect(lengthFor('https://discord.com.example.com/slack')).toBe(30_000)
  expect(lengthFor('https://hooks.slack.com/services/T/B/x')).toBe(30_000)
  const body = { opened: several(500), closed: none, open: several(500) }
  expect(slackText(message({ body }), links, 1_900).length).toBeWithin(1_600, 1_901)
})

test('500 alerts fit', () => {
  const body = { opened: several(500, { error: 'x'.repeat(5_000) }), closed: none, open: several(500) }
  expect(slackText(message({ body }), links).length).toBeLessThan(30_001)
})

test.each([
  [200, true, null, null],
  [429, false, 'the channel answered 429: slow down', 7_000],
  [404, false, 'the channel answered 404: slow down', 7_000],
  [302, false, 'the channel answered 302, a redirect, which is not followed: set the URL to which it leads', null],
])('an answer of %i: taken %p', async (status, ok, error, retry_after_ms) => {
  target.answer = () =>
    new Response('slow down', { status, headers: { 'Retry-After': '7', Location: target.url('/other') } })
  const sent = await sendSlack(outbound(), target.url('/services/T/B/secret'), message(), links)
  expect(sent).toMatchObject({ ok, status_code: status, error, retry_after_ms })
  expect(target.sent).toHaveLength(1)
  expect(JSON.parse(target.sent[0]?.body ?? '')).toEqual({ text: slackText(message(), links) })
})

test('a URL that the outbound policy refuses is not called, and no error shows the URL', async () => {
  const sent = await sendSlack(outbound('public'), target.url('/services/secret'), message(), links)
  expect(sent.error).toContain('outbound policy')
  expect(sent.error).not.toContain('secret')
  expect(sent).toMatchObject({ ok: false, status_code: null })
  expect(target.sent).toEqual([])
})

test('a server that repeats the URL in its answer gives nothing of it away', async () => {
  target.answer = ({ path }) => new Response(`Cannot POST ${path} (${encodeURIComponent(path)})`, { status: 404 })
  const sent = await sendSlack(outbound(), target.url('/services/T0123456/B0123456/abcDEF123456'), message(), links)
  expect(sent).toMatchObject({ ok: false, status_code: 404 })
  expect(sent.error).toBe('the channel answered 404: Cannot POST ******** (********)')
})
