// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a variable that nobody has filled in
import { expect, test } from 'bun:test'
import { type Network, placeUrl } from '../../../src/import/kubernetes/place-url.ts'
import type { Text } from '../../../src/import/text.ts'

const network: Network = {
  namespace: 'shop',
  clusterDomain: 'cluster.local',
  namespaces: new Set(['shop', 'billing']),
  spec: {},
}
const place = (url: string, over: Partial<Network> = {}) => placeUrl([url], { ...network, ...over })

test.each([
  ['http://api/x', 'http://api.shop.svc.cluster.local/x'],
  ['http://api:8080', 'http://api.shop.svc.cluster.local:8080'],
  ['https://API?x=1', 'https://api.shop.svc.cluster.local?x=1'],
  ['http://api.billing/x', 'http://api.billing.svc.cluster.local/x'],
  ['http://api.team-a/x', 'http://api.team-a.svc.cluster.local/x'],
  ['http://api.billing.svc/x', 'http://api.billing.svc.cluster.local/x'],
  ['http://api.billing.svc.cluster.local/x', 'http://api.billing.svc.cluster.local/x'],
  ['https://example.com/x', 'https://example.com/x'],
  ['https://shop.example.com/x', 'https://shop.example.com/x'],
  ['http://10.0.0.8/x', 'http://10.0.0.8/x'],
  ['http://${host}/x', 'http://${host}/x'],
  ['http://[2001:db8::1]:80/x', 'http://[2001:db8::1]:80/x'],
])('%s is %s for everybody', (url, full) => {
  expect(place(url)).toEqual({ url: [full], notes: [], reasons: [] })
})

test.each(['localhost', '127.0.0.1', '127.1', '[::1]', '0.0.0.0', 'LOCALHOST', 'a.localhost'])(
  'http://%s is the pod itself, and needs a person',
  (host) => {
    expect(place(`http://${host}:8080/x`).reasons).toHaveLength(1)
  },
)

test('a short name needs a person where the pod does not find Services, or the namespace is not known', () => {
  for (const spec of [
    { dnsPolicy: 'Default' },
    { dnsPolicy: 'None', dnsConfig: { nameservers: ['1.1.1.1'] } },
    { hostNetwork: true },
    { dnsConfig: { searches: ['example.com'] } },
  ]) {
    expect(place('http://api/x', { spec }).reasons).toHaveLength(1)
    expect(place('https://example.com/x', { spec }).reasons).toEqual([])
  }
  expect(place('http://api/', { spec: { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } }).reasons).toEqual(
    [],
  )
  expect(place('http://api/x', { namespace: '' }).reasons).toHaveLength(1)
})

test('hostAliases need a person, and a name that may be a Service or a domain has a note', () => {
  const spec = { hostAliases: [{ ip: '10.0.0.1', hostnames: ['shop.example.com'] }] }
  expect(place('https://shop.example.com/', { spec }).reasons).toHaveLength(1)
  expect(place('https://other.example.com/', { spec }).reasons).toHaveLength(0)
  expect(place('http://api.cafe/').notes).toHaveLength(1)
})

test('a host that is a variable has a note, and one before a variable is known', () => {
  const host: Text = ['http://', { kind: 'variable', name: 'HOST', from: '' }, '/x']
  expect(placeUrl(host, network)).toEqual({ url: host, reasons: [], notes: [expect.stringContaining('variable')] })
  const path: Text = ['http://api/', { kind: 'variable', name: 'PATH_', from: '' }]
  expect(placeUrl(path, network).url[0]).toBe('http://api.shop.svc.cluster.local/')
  const split: Text = ['http://api', { kind: 'variable', name: 'SUFFIX', from: '' }]
  expect(placeUrl(split, network).notes).toHaveLength(1)
})
