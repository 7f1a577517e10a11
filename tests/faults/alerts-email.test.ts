import { afterEach, expect, test } from 'bun:test'
import { fileURLToPath } from 'node:url'
import { allIsTold, insertChannel, passTime } from '../support/alerts.ts'
import { send } from '../support/app.ts'
import { sql } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { startMailServer, stopMailServers } from '../support/mail-server.ts'
import { startReplica } from '../support/replica.ts'
import { insertTasks } from '../support/rows.ts'
import { useScene } from '../support/scene.ts'

const scene = useScene()
afterEach(stopMailServers)

const header = (source: string, name: string) =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(source)?.[1]?.replace(/\r\n[ \t]/g, ' ')

/** Waits until the alerts of all tasks are open, or closed. */
const allAre = (state: 'open' | 'closed') =>
  eventually(
    async () => {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::integer as count from alert where (closed_at is null) = ${state === 'open'}`
      return row?.count === 100
    },
    `100 alerts that are ${state}`,
    60_000,
  )

test('100 failing tasks are two mails by STARTTLS: one when they fail, sent again under its id after a 451, and one when they are well', async () => {
  let refusals = 0
  const { port, mails } = await startMailServer({
    onMailFrom: (_, __, done) =>
      refusals++ === 0 ? done(Object.assign(new Error('Try again later'), { responseCode: 451 })) : done(),
  })
  await insertTasks(100, { service_id: scene.account.id, url: scene.target.url('/500'), method: 'GET' })
  await insertChannel(scene.account.id, { addresses: ['ops@example.com', 'night@example.com'] })
  await startReplica(scene.account, {
    env: {
      SMTP_URL: `smtp://duly:p%40ss@localhost:${port}`,
      SMTP_FROM: 'Duly <duly@example.com>',
      PUBLIC_URL: 'https://duly.example.com/',
      NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../support/certificates/authority.crt', import.meta.url)),
    },
  })
  await allAre('open')
  await passTime(30)
  await eventually(() => refusals === 1, 'the first attempt', 30_000)
  await eventually(async () => {
    const [row] = await sql`select id from notification where attempt = 1 and lease_until is null and error is not null`
    return row !== undefined
  }, 'the 451 was recorded')
  const [waiting] = (await send(scene.account, 'GET', '/notifications')).body.records
  expect([waiting.state, waiting.status_code, waiting.error]).toEqual([
    'waiting',
    451,
    'the mail server answered 451 Try again later',
  ])
  await passTime(30)
  await eventually(() => mails.length === 1, 'the first mail', 30_000)
  await allIsTold(30_000)
  scene.target.answer = () => new Response('')
  await sql`update task set scheduled_at = now()`
  await allAre('closed')
  await passTime(30)
  await eventually(() => mails.length === 2, 'the second mail', 30_000)
  await allIsTold(30_000)
  const told = (await send(scene.account, 'GET', '/notifications')).body.records.toReversed()
  expect(told.map(({ type, state, error }: Record<string, string>) => [type, state, error])).toEqual([
    ['opened', 'sent', null],
    ['closed', 'sent', null],
  ])
  expect(mails).toHaveLength(2)
  for (const [index, { source, secure, to }] of mails.entries()) {
    expect([secure, to]).toEqual([true, ['ops@example.com', 'night@example.com']])
    expect(header(source, 'Message-ID')).toBe(`<${told[index].id}@example.com>`)
    expect(header(source, 'Auto-Submitted')).toBe('auto-generated')
  }
  expect(mails.map(({ source }) => header(source, 'Subject'))).toEqual([
    `[Duly team] 100 tasks are failing (127.0.0.1:${scene.target.port})`,
    `[Duly team] 100 tasks: well again (127.0.0.1:${scene.target.port})`,
  ])
  const text = mails[0]?.source.replaceAll('=\r\n', '') ?? ''
  expect(text.match(/^- .* has been failing/gm)).toHaveLength(20)
  expect(text).toContain('and 80 more')
  expect(text).toContain(`https://duly.example.com/#/alerts?service=3D${scene.account.id}`)
})
