import { afterEach, expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import type { MailSettings } from '../../src/config/mail-settings.ts'
import { sendEmail, toMail } from '../../src/notifications/email.ts'
import { authority } from '../support/certificates.ts'
import { startMailServer, stopMailServers } from '../support/mail-server.ts'
import { hostile, links, message, none, several, told } from '../support/messages.ts'

afterEach(stopMailServers)

/** A port of loopback on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Settings of a server on loopback, whose authority is known. */
const settings = (port: number, server: Partial<MailSettings['server']> = {}): MailSettings => ({
  server: {
    ...{
      host: 'localhost',
      port,
      secure: false,
      requireTLS: true,
      ignoreTLS: false,
      auth: { user: 'duly', pass: 'p@ss' },
    },
    ...({ tls: { ca: authority } } as object),
    ...server,
  },
  from: { name: 'Duly, night shift', address: 'duly@example.com' },
})

const to = ['ops@example.com', 'night@example.com']

test.each([
  ['STARTTLS', {}, { secure: false }],
  ['TLS from the first byte on', { secure: true }, { secure: true, requireTLS: false }],
])('a mail is sent by %s, with user and password', async (_, options, server) => {
  const { port, mails } = await startMailServer(options)
  const sent = await sendEmail(settings(port, server), to, message(), links)
  expect(sent).toMatchObject({ ok: true, status_code: 250, error: null })
  expect(mails).toMatchObject([{ from: 'duly@example.com', to, secure: true }])
  const { source = '' } = mails[0] ?? {}
  expect(source).toContain('Message-ID: <018f0000-0000-7000-8000-000000000013@example.com>')
  expect(source).toContain('From: "Duly, night shift" <duly@example.com>')
  expect(source).toContain('Auto-Submitted: auto-generated')
  expect(source).toContain('Subject: [Duly billing] nightly-report is failing')
})

test('a server that offers no STARTTLS gets neither the password nor the mail', async () => {
  const users: unknown[] = []
  const { port, mails } = await startMailServer({
    disabledCommands: ['STARTTLS'],
    onAuth: (auth, _, done) => done(null, { user: users.push(auth) }),
  })
  expect(await sendEmail(settings(port), to, message(), links)).toMatchObject({
    ok: false,
    error: expect.stringContaining('offers no STARTTLS'),
  })
  expect([mails, users]).toEqual([[], []])
})

test('a certificate of an unknown authority is not accepted', async () => {
  const { port, mails } = await startMailServer()
  const sent = await sendEmail(settings(port, { ...({ tls: {} } as object) }), to, message(), links)
  expect(sent).toMatchObject({ ok: false, error: 'the certificate of the mail server cannot be verified' })
  expect(mails).toEqual([])
})

test('a certificate for another name is not accepted, and the error does not say where the mail server is', async () => {
  const { port, mails } = await startMailServer()
  const sent = await sendEmail(settings(port, { host: '127.0.0.1' }), to, message(), links)
  expect(sent).toMatchObject({ ok: false, error: 'the certificate of the mail server is for another name' })
  expect(mails).toEqual([])
})

test.each([
  ['no server listens', '127.0.0.1', 'the mail server refused the connection'],
  ['no such name exists', 'mail.nowhere.invalid', 'the name of the mail server cannot be looked up'],
])('where %s, the error says so, and not where the mail server is', async (_, host, error) => {
  const sent = await sendEmail(settings(await closedPort(), { host }), to, message(), links)
  expect(sent).toMatchObject({ ok: false, status_code: null, error })
})

test('a wrong password is an error with the code of the server, and without the password', async () => {
  const { port } = await startMailServer()
  const sent = await sendEmail(settings(port, { auth: { user: 'duly', pass: 'wrong-word' } }), to, message(), links)
  expect(sent).toMatchObject({ ok: false, status_code: 535 })
  expect(sent.error).toStartWith('the mail server refused the user and password of SMTP_URL: 535')
  expect(sent.error).not.toContain('wrong-word')
})

test('an address that is refused is named, and the others have the mail', async () => {
  const { port, mails } = await startMailServer({
    onRcptTo: ({ address }, _, done) => done(address.startsWith('ops') ? new Error('No such user') : undefined),
  })
  expect(await sendEmail(settings(port), to, message(), links)).toMatchObject({
    ok: true,
    error: 'the mail server refused ops@example.com',
  })
  expect(mails).toMatchObject([{ to: ['night@example.com'] }])
  expect(await sendEmail(settings(port), ['ops@example.com'], message(), links)).toMatchObject({
    ok: false,
    status_code: 550,
  })
})

test.each([
  ['drops the connection', (socket: Socket) => void socket.destroy()],
  ['drops it after the greeting', (socket: Socket) => void socket.end('220 hello\r\n')],
])('a server that %s is a failure', async (_, behave) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    behave(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  expect(await sendEmail(settings(port), to, message(), links)).toMatchObject({
    ok: false,
    status_code: null,
    error: 'the mail server closed the connection before it took the mail',
  })
  server.close()
})

test('hostile names are neither headers nor HTML', async () => {
  const { port, mails } = await startMailServer()
  for (const text of hostile) {
    const alerts = { count: 1, alerts: [told({ task_name: text, error: text })] }
    const hostileMessage = message({
      service: { id: 'x', name: text },
      target: text,
      body: { opened: alerts, closed: none, open: alerts },
    })
    expect(
      toMail(hostileMessage, links).html.replaceAll(/<\/?(html|body|p|ul|li|small|a|!doctype)\b[^<>]*>/g, ''),
    ).not.toMatch(/[<>]/)
    expect(await sendEmail(settings(port), to, hostileMessage, links)).toMatchObject({ ok: true })
  }
  expect(mails).toHaveLength(hostile.length)
  for (const { source, to: received } of mails) {
    const [head = ''] = source.split('\r\n\r\n')
    expect(head).not.toMatch(/^(bcc|cc):/im)
    expect(received).toEqual(to)
  }
})

test('a mail about 500 tasks names 20 of them, as text and as HTML', () => {
  const mail = toMail(message({ body: { opened: several(500), closed: none, open: several(500) } }), links)
  expect(mail.subject).toBe('[Duly billing] 500 tasks are failing (api.example.com:443)')
  expect(mail.text.match(/^- task \d+ has been failing/gm)).toHaveLength(20)
  expect(mail.text).toContain('- and 480 more')
  expect(mail.html.match(/<li><a href="https:\/\/duly\.example\.com\/#\/tasks/g)).toHaveLength(20)
})

test('a mail server that repeats the command it refuses gives nothing of the password away', async () => {
  const server = createServer((socket) => {
    socket.write('220 ready\r\n')
    socket.on('data', (data) => {
      const line = data.toString().trim()
      socket.write(/^EHLO/.test(line) ? '250-here\r\n250 AUTH PLAIN\r\n' : `535 5.7.8 refused: ${line}\r\n`)
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as { port: number }
  const clear = { requireTLS: false, ignoreTLS: true, auth: { user: 'duly', pass: 'geheimes-wort' } }
  const { error } = await sendEmail(settings(port, clear), to, message(), links)
  server.close()
  expect(error).toContain('refused the user and password of SMTP_URL: 535 5.7.8 refused: AUTH PLAIN')
  expect(error).not.toContain(btoa('\0duly\0geheimes-wort').slice(8, 20))
})
