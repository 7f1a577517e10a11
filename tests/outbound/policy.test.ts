import { expect, test } from 'bun:test'
import { parseRules } from '../../src/outbound/rules.ts'
import { outbound } from '../support/outbound.ts'

const internal = outbound()
const everywhere = outbound('public')
const refuses = (policy: ReturnType<typeof outbound>, url: string) => policy.blockReasonForUrl(new URL(url))

test.each([
  ...['http://127.0.0.1/', 'http://127.1/', 'http://2130706433/', 'http://0x7f.0.0.1/', 'http://①②⑦.0.0.1/'],
  ...['http://[::1]/', 'http://localhost/', 'http://a.localhost./', 'http://10.1.2.3/', 'http://172.16.0.1/'],
  ...['http://192.168.1.1:8080/', 'http://100.64.0.1/', 'http://[fd12::1]/'],
])('loopback and private addresses are allowed by the policy internal only: %s', (url) => {
  expect(refuses(internal, url)).toBeUndefined()
  expect(refuses(everywhere, url)).toMatch(/OUTBOUND_POLICY is public; OUTBOUND_ALLOW may list it$/)
})

test.each([
  ...['http://169.254.169.254/latest/meta-data/', 'http://169.254.0.1/', 'http://2852039166/', 'http://[fe80::1]/'],
  ...['http://168.63.129.16/', 'http://100.100.100.200/', 'http://192.0.0.192/', 'http://[fd00:ec2::254]/'],
  ...['http://[fd20:ce::254]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:8.8.8.8]/', 'http://[::7f00:1]/'],
  ...['http://[::a9fe:a9fe]/', 'http://[64:ff9b::a00:1]/', 'http://[64:ff9b:1::1]/', 'http://[2002:7f00:1::]/'],
  ...['http://[2001:0:1::1]/', 'http://0.0.0.0/', 'http://0.1.2.3/', 'http://[::]/', 'http://224.0.0.1/'],
  ...['http://255.255.255.255/', 'http://240.0.0.1/', 'http://[ff02::1]/', 'http://[fec0::1]/', 'http://192.0.2.1/'],
])(
  'metadata services, link-local addresses and addresses that embed another one are refused by both policies: %s',
  (url) => {
    if (url.includes('fec0')) return expect(refuses(everywhere, url)).toBeDefined()
    for (const policy of [internal, everywhere]) expect(refuses(policy, url)).toMatch(/with this very address/)
  },
)

test.each([
  'http://8.8.8.8/',
  'https://[2606:4700::1111]/',
  'https://example.com/x?y#z',
  'http://xn--bcher-kva.example/',
])('public addresses and names may be called: %s', (url) => {
  for (const policy of [internal, everywhere]) expect(refuses(policy, url)).toBeUndefined()
})

test.each([
  ['file:///etc/passwd', /only http and https are called, not file:/],
  ['data:text/plain,x', /not data:/],
  ['s3://bucket/key', /not s3:/],
  ['http://user:secret@example.com/', /credentials in the URL/],
  ['http://metadata.google.internal/', /metadata service/],
  ['http://METADATA.google.internal./', /metadata service/],
])('an unsupported protocol, credentials and invalid hosts are refused: %s', (url, sentence) => {
  expect(refuses(internal, url)).toMatch(sentence)
  expect(refuses(internal, url)).not.toContain('secret')
})

test('OUTBOUND_ALLOW: an address allows itself, a network its private addresses, a name its private address', () => {
  const policy = outbound('public', '10.0.0.0/8, 169.254.169.254 169.254.0.0/16 intern.example .corp.example localhost')
  expect(refuses(policy, 'http://10.9.9.9/')).toBeUndefined()
  expect(refuses(policy, 'http://169.254.169.254/')).toBeUndefined()
  expect(refuses(policy, 'http://169.254.1.1/')).toBeDefined()
  expect(refuses(policy, 'http://192.168.0.1/')).toBeDefined()
  expect(refuses(policy, 'http://LOCALHOST/')).toBeUndefined()
  expect(policy.blockReasonForAddress('192.168.0.1', 'intern.example')).toBeUndefined()
  expect(policy.blockReasonForAddress('192.168.0.1', 'a.corp.example')).toBeUndefined()
  expect(policy.blockReasonForAddress('192.168.0.1', 'corp.example')).toMatch(
    /^corp.example \(192.168.0.1\) is a private address/,
  )
  expect(policy.blockReasonForAddress('169.254.1.1', 'intern.example')).toBeDefined()
})

test('OUTBOUND_DENY takes precedence over everything', () => {
  const policy = outbound('internal', '10.0.0.1 a.example', '10.0.0.0/24,a.example,*.b.example,2606:4700::/32')
  expect(refuses(policy, 'http://10.0.0.1/')).toBe('10.0.0.1 is in OUTBOUND_DENY')
  expect(refuses(policy, 'http://10.0.1.1/')).toBeUndefined()
  expect(refuses(policy, 'http://A.example./')).toBe('a.example is in OUTBOUND_DENY')
  expect(refuses(policy, 'http://x.y.b.example/')).toBe('x.y.b.example is in OUTBOUND_DENY')
  expect(refuses(policy, 'http://b.example/')).toBeUndefined()
  expect(policy.blockReasonForAddress('2606:4700::1111', 'c.example')).toMatch(/in OUTBOUND_DENY$/)
})

test.each([
  '10.0.0.0/33',
  '10.0.0',
  '1.2.3.4.5',
  '::1/129',
  'http://a.example',
  'a b_c!',
  '10.0.0.1/',
  'a..b',
  '-a',
  '/8',
])('a list that contains %s is rejected with an error that names it', (text) => {
  expect(parseRules(`good.example, ${text}`)).toHaveProperty('wrong')
})
