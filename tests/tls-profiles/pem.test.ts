import { expect, test } from 'bun:test'
import { readPem } from '../../src/tls-profiles/pem.ts'
import { authority, client, clientAuthority, strangerClient } from '../support/certificates.ts'

const now = Date.now()
const read = (input: Partial<Parameters<typeof readPem>[0]>, at = now) =>
  readPem({ ca: null, certificate: null, private_key: null, ...input }, at)
const faults = (input: Partial<Parameters<typeof readPem>[0]>, at = now) => {
  const result = read(input, at)
  return Array.isArray(result) ? result.map(({ path, message }) => `${path} ${message}`) : []
}

test('what is stored of certificates: whom they name, and until when they hold', () => {
  expect(read({ ca: authority + clientAuthority, certificate: client.cert, private_key: client.key })).toEqual({
    ca_expires_at: expect.stringMatching(/^2126-/),
    certificate_subject: 'CN=Duly tests: client',
    certificate_expires_at: expect.stringMatching(/^2126-/),
  })
  expect(read({ ca: `A comment\n${authority}` })).toMatchObject({ certificate_subject: null })
})

test('what is no certificate, no key, or no pair is refused at its field', () => {
  const broken = authority.replace(/[A-Za-z0-9+/]{20}/, 'AAAA')
  const encrypted = client.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY')
  for (const [input, said] of [
    [{}, '/ca or certificate is required'],
    [{ ca: 'rubbish' }, '/ca must be one or more certificates in PEM'],
    [{ ca: '' }, '/ca must be one or more certificates in PEM'],
    [{ ca: broken }, '/ca has a certificate that cannot be read'],
    [{ ca: authority + client.key }, '/ca contains a private key'],
    [{ certificate: client.cert }, '/private_key is required with certificate'],
    [{ private_key: client.key }, '/certificate is required with private_key'],
    [{ certificate: client.cert, private_key: strangerClient.key }, '/private_key does not belong to'],
    [{ certificate: client.cert, private_key: 'geheim' }, '/private_key must be one private key in PEM'],
    [{ certificate: client.cert, private_key: encrypted }, '/private_key is protected by a passphrase'],
    [
      { certificate: client.cert, private_key: client.key + strangerClient.key },
      '/private_key must be one private key',
    ],
  ] as const) {
    const [first = ''] = faults(input)
    expect([input, first]).toEqual([input, expect.stringContaining(said)])
    expect(first).not.toContain('geheim')
  }
})

test('certificates that have expired are refused with the day; of several authorities one has to hold', () => {
  const later = Date.parse('2127-01-01T00:00:00Z')
  expect(faults({ ca: authority }, later)).toEqual([expect.stringMatching(/^\/ca has expired, on 2126-/)])
  expect(faults({ certificate: client.cert, private_key: client.key }, later)).toEqual([
    expect.stringMatching(/^\/certificate has expired, on 2126-/),
  ])
})
