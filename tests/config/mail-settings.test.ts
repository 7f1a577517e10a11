import { expect, test } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'

const from = 'Duly <duly@example.com>'

test.each([
  ['smtp://mail:2525', { host: 'mail', port: 2525, secure: false, requireTLS: true, ignoreTLS: false }],
  ['smtp://[::1]', { host: '::1', port: 587, secure: false, requireTLS: true, ignoreTLS: false }],
  [
    'smtps://mail.example.com/',
    { host: 'mail.example.com', port: 465, secure: true, requireTLS: false, ignoreTLS: false },
  ],
  ['smtp://mail:25?tls=off', { host: 'mail', port: 25, secure: false, requireTLS: false, ignoreTLS: true }],
  [
    'smtps://duly%40example.com:p%40ss@mail',
    {
      ...{ host: 'mail', port: 465, secure: true, requireTLS: false, ignoreTLS: false },
      auth: { user: 'duly@example.com', pass: 'p@ss' },
    },
  ],
])('SMTP_URL=%s', (SMTP_URL, server) => {
  expect(readConfig({ SMTP_URL, SMTP_FROM: from }).mail).toEqual({
    server,
    from: { name: 'Duly', address: 'duly@example.com' },
  })
})

test.each([
  [{ SMTP_URL: 'smtp://mail' }, /belong together/],
  [{ SMTP_FROM: from }, /belong together/],
  [{ SMTP_URL: 'http://user:secret-word@mail', SMTP_FROM: from }, /SMTP_URL does not parse/],
  [{ SMTP_URL: 'smtp://user:secret-word@mail?ssl=1', SMTP_FROM: from }, /SMTP_URL does not parse/],
  [{ SMTP_URL: 'smtps://user:secret-word@mail?tls=off', SMTP_FROM: from }, /tls/],
  [{ SMTP_URL: 'smtp://user:%E0%A4%A@mail', SMTP_FROM: from }, /SMTP_URL does not parse/],
  [{ SMTP_URL: 'smtp://user:secret-word@mail?tls=off', SMTP_FROM: from }, /in clear/],
  [{ SMTP_URL: 'smtp://mail', SMTP_FROM: 'nobody' }, /SMTP_FROM/],
  [{ SMTP_URL: 'smtp://mail', SMTP_FROM: 'duly@bücher.example' }, /SMTP_FROM/],
  [{ SMTP_URL: 'smtp://mail', SMTP_FROM: 'a@example.com, b@example.com' }, /SMTP_FROM/],
  [{ SMTP_URL: 'smtp://mail', SMTP_FROM: 'a,b@example.com' }, /SMTP_FROM/],
  [{ SMTP_URL: 'smtp://mail', SMTP_FROM: 'Duly\u202e <a@example.com>' }, /SMTP_FROM/],
  [{ ALERT_EMAIL_DOMAINS: 'example.com, @x' }, /ALERT_EMAIL_DOMAINS/],
  [{ PUBLIC_URL: 'duly.example.com' }, /PUBLIC_URL/],
  [{ PUBLIC_URL: 'https://duly.example.com/?a' }, /PUBLIC_URL/],
])('%j is refused at the start, without the password', (variables, sentence) => {
  expect(() => readConfig(variables)).toThrow(sentence)
  expect(() => readConfig(variables)).not.toThrow(/secret-word/)
})

test.each([
  ['duly@example.com', '', 'duly@example.com'],
  ['<duly@example.com>', '', 'duly@example.com'],
  ['"Duly, night shift" <duly@example.com>', 'Duly, night shift', 'duly@example.com'],
  ['Bücher, Betrieb <duly@example.com>', 'Bücher, Betrieb', 'duly@example.com'],
])('SMTP_FROM=%s', (SMTP_FROM, name, address) => {
  expect(readConfig({ SMTP_URL: 'smtp://mail', SMTP_FROM }).mail?.from).toEqual({ name, address })
})

test('a password is sent in clear on loopback only', () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(readConfig({ SMTP_URL: `smtp://u:p@${host}?tls=off`, SMTP_FROM: from }).mail?.server).toMatchObject({
      ignoreTLS: true,
      auth: { user: 'u', pass: 'p' },
    })
})

test('domains are in lower case, and PUBLIC_URL has no slash at its end', () => {
  expect(readConfig({ ALERT_EMAIL_DOMAINS: 'Example.com, example.org' }).mailDomains).toEqual([
    'example.com',
    'example.org',
  ])
  expect(readConfig({}).mailDomains).toBeUndefined()
  expect(readConfig({ PUBLIC_URL: 'https://example.com/duly/' }).publicUrl).toBe('https://example.com/duly')
})
