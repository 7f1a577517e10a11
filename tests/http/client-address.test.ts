import { expect, test } from 'bun:test'
import { clientAddress, setPeerAddress } from '../../src/http/client-address.ts'
import { parseRules, type Rule } from '../../src/outbound/rules.ts'

const { rules } = parseRules('10.0.0.0/8, fd00::/8, 127.0.0.1') as { rules: Rule[] }

/** The client's address, with this peer and X-Forwarded-For; `undefined` where it is not known. */
function client(peer: string | undefined, forwarded?: string, trusted: readonly Rule[] = rules): string | undefined {
  const request = new Request('http://localhost/', { headers: forwarded ? { 'x-forwarded-for': forwarded } : {} })
  if (peer !== undefined) setPeerAddress(request, peer)
  return clientAddress(request, trusted)?.toString()
}

test.each([
  ['without a proxy, the peer', '192.0.2.1', undefined, '192.0.2.1'],
  ['what an untrusted peer forwards does not count', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
  ['a trusted proxy without the header is the client', '10.0.0.1', undefined, '10.0.0.1'],
  ['one trusted proxy', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['two of them', '10.0.0.1', '198.51.100.7, 10.9.9.9', '198.51.100.7'],
  ['what the client itself wrote stands further left', '10.0.0.1', '1.1.1.1, 10.0.0.9, 198.51.100.7', '198.51.100.7'],
  ['only proxies: the first of them', '10.0.0.1', '10.0.0.3,10.0.0.2', '10.0.0.3'],
  ['no address: whoever wrote it', '10.0.0.1', '198.51.100.7, unknown, 10.0.0.2', '10.0.0.2'],
  ['an odd spelling of an address is none', '10.0.0.1', '0x7f.1', '10.0.0.1'],
  ['nothing in the header', '10.0.0.1', ' , ', '10.0.0.1'],
  ['with a port', '10.0.0.1', '198.51.100.7:4711', '198.51.100.7'],
  ['IPv6 with a port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['IPv6 in brackets', 'fd00::1', '[2001:db8::7]', '2001:db8::7'],
  ['IPv6 with a zone', 'fe80::1%eth0', undefined, 'fe80::1'],
  ['IPv4 over IPv6 is trusted as IPv4', '::ffff:10.0.0.1', '::ffff:198.51.100.7', '198.51.100.7'],
])('%s', (_, peer, forwarded, expected) => {
  expect(client(peer, forwarded)).toBe(expected)
})

test('trusts no proxy by default, and returns undefined without a connection', () => {
  expect(client('127.0.0.1', '198.51.100.7', [])).toBe('127.0.0.1')
  expect(client(undefined, '198.51.100.7')).toBeUndefined()
})
