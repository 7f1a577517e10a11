import { expect, test } from 'bun:test'
import { readVariables } from '../../../src/import/kubernetes/environment.ts'
import { StoredData } from '../../../src/import/kubernetes/objects.ts'
import { readManifests } from '../../../src/import/kubernetes/read-manifests.ts'

const { resources } = readManifests([
  {
    text: `kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {BASE: "http://api", LEVEL: low}
---
kind: ConfigMap
metadata: {name: more, namespace: shop}
data: {LEVEL: high}
---
kind: Secret
metadata: {name: keys, namespace: shop}
data: {TOKEN: eA==}
---
kind: ConfigMap
metadata: {name: twice, namespace: shop}
data: {A: "1"}
---
kind: ConfigMap
metadata: {name: twice, namespace: shop}
data: {A: "2"}
`,
  },
])
const around = {
  data: new StoredData(resources, ''),
  references: {
    secret: ({ secret, key }: { secret: string; key: string }) => ({
      kind: 'secret' as const,
      name: `${secret}/${key}`,
      from: '',
    }),
    variable: (_: string, name: string, key: string) => ({
      kind: 'variable' as const,
      name: `${name}/${key}`,
      from: '',
    }),
  },
  namespace: 'shop',
  pod: { metadata: { labels: { app: 'reindex' } }, spec: { serviceAccountName: 'robot' } },
}
const read = (container: Record<string, unknown>) => readVariables(container, around)
const from = (...names: string[]) => names.map((name) => ({ configMapRef: { name } }))
const secret = (key: string, over: object = {}) => ({ valueFrom: { secretKeyRef: { name: 'keys', key, ...over } } })
const field = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } })

test('later sources win, env wins over envFrom, and values may refer to earlier ones', () => {
  const { lookup } = read({
    envFrom: [...from('settings', 'more'), { prefix: 'K_', secretRef: { name: 'keys' } }],
    env: [{ name: 'URL', value: '$(BASE)/$(LATER)/$(LEVEL)' }, { name: 'LATER', value: 'x' }, { name: 'EMPTY' }],
  })
  expect(lookup('LEVEL')).toEqual(['high'])
  expect(lookup('URL')).toEqual(['http://api/$(LATER)/high'])
  expect(lookup('K_TOKEN')).toMatchObject([{ kind: 'secret', name: 'keys/TOKEN' }])
  expect(lookup('EMPTY')).toEqual([''])
  expect(lookup('TOKEN')).toBeUndefined()
})

test('what is not in the input is a reference, and unknown if it may come from two places', () => {
  const one = read({ envFrom: from('elsewhere') })
  expect(one.lookup('ANY')).toMatchObject([{ kind: 'variable', name: 'elsewhere/ANY' }])
  expect(one.lookup('PATH')).toBeUndefined()
  const two = read({
    envFrom: [...from('elsewhere'), { secretRef: { name: 'other' } }],
    env: [{ name: 'A', value: 'a' }],
  })
  expect(two.lookup('ANY')).toEqual({ unknown: expect.stringContaining('ConfigMap elsewhere or Secret other') })
  expect(two.lookup('A')).toEqual(['a'])
  expect(read({ envFrom: from('twice') }).lookup('A')).toMatchObject([{ kind: 'variable' }])
})

test('a key that is not there is left out if it is optional, and else the container does not start', () => {
  const found = read({
    env: [
      { name: 'A', ...secret('NO', { optional: true }) },
      { name: 'B', ...secret('NO') },
    ],
  })
  expect(found.lookup('A')).toBeUndefined()
  expect(found.problems).toEqual(['B refers to a key that is not there, so the container does not start.'])
  expect(read({ env: [{ name: 'T', ...secret('TOKEN') }] }).lookup('T')).toMatchObject([{ name: 'keys/TOKEN' }])
})

test('fields of the pod are known where the manifest says them', () => {
  const { lookup } = read({
    env: [
      { name: 'NS', ...field('metadata.namespace') },
      { name: 'APP', ...field("metadata.labels['app']") },
      { name: 'SA', ...field('spec.serviceAccountName') },
      { name: 'POD', ...field('metadata.name') },
      { name: 'IP', ...field('status.podIP') },
      { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'NUMBER', value: 8080 },
    ],
  })
  expect([lookup('NS'), lookup('APP'), lookup('SA')]).toEqual([['shop'], ['reindex'], ['robot']])
  for (const name of ['POD', 'IP', 'CPU', 'NUMBER'])
    expect(lookup(name)).toEqual({ unknown: expect.stringContaining(name) })
})
