import { expect, test } from 'bun:test'
import { kustomizations, objectOf, objects, readYaml } from './manifests.ts'

type Labels = Readonly<Record<string, string>>

const pods = ['duly', 'duly-api'].map((name) => objectOf('Deployment', name).spec.template)
const matches = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value)
/** Indices of the Deployments whose pods a selector matches. */
const matched = (selector: Labels) =>
  pods.flatMap(({ metadata }, index) => (matches(selector, metadata.labels) ? [index] : []))
const ports: string[] = pods.flatMap(({ spec }) => spec.containers[0].ports.map(({ name }: { name: string }) => name))

test('each Deployment and its spread select its own pods alone', () => {
  for (const [index, name] of ['duly', 'duly-api'].entries()) {
    const { spec } = objectOf('Deployment', name)
    expect(matched(spec.selector.matchLabels)).toEqual([index])
    for (const { labelSelector } of spec.template.spec.topologySpreadConstraints)
      expect(labelSelector).toEqual(spec.selector)
  }
})

test('each disruption budget is for the pods of the Deployment of its name', () => {
  expect(matched(objectOf('PodDisruptionBudget', 'duly').spec.selector.matchLabels)).toEqual([0])
  expect(matched(objectOf('PodDisruptionBudget', 'duly-api').spec.selector.matchLabels)).toEqual([1])
})

test('the Service leads to the pods of the base, and with the component api-only to those that serve the API alone', () => {
  const { spec } = objectOf('Service', 'duly')
  expect(matched(spec.selector)).toEqual([0])
  const patch = readYaml('kustomize/components/api-only/service.yaml')
  expect(patch).toMatchObject({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'duly' } })
  expect(matched({ ...spec.selector, ...patch.spec.selector })).toEqual([1])
})

test('network policy and monitor are for the pods of both', () => {
  expect(matched(objectOf('NetworkPolicy', 'duly').spec.podSelector.matchLabels)).toEqual([0, 1])
  expect(matched(objectOf('PodMonitor', 'duly').spec.selector.matchLabels)).toEqual([0, 1])
})

test('every named port is one of the containers', () => {
  const service = objectOf('Service', 'duly').spec.ports
  const named = [
    ...service.map(({ targetPort }: { targetPort: string }) => targetPort),
    ...objectOf('NetworkPolicy', 'duly').spec.ingress.flatMap(({ ports }: { ports: { port: string }[] }) =>
      ports.map(({ port }) => port),
    ),
    ...objectOf('PodMonitor', 'duly').spec.podMetricsEndpoints.map(({ port }: { port: string }) => port),
    ...pods.flatMap(({ spec }) => {
      const { startupProbe, livenessProbe, readinessProbe } = spec.containers[0]
      return [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.port)
    }),
  ]
  expect(named.length).toBeGreaterThan(8)
  expect(named.filter((name) => !ports.includes(name))).toEqual([])
  const backend = objectOf('Ingress', 'duly').spec.rules[0].http.paths[0].backend.service
  expect([backend.name, backend.port.name]).toEqual(['duly', service[0].name])
  expect(objectOf('HTTPRoute', 'duly').spec.rules[0].backendRefs).toEqual([{ name: 'duly', port: service[0].port }])
})

test('every object carries the label by which it is found', () => {
  for (const { path, body } of objects)
    if (body.kind !== 'Namespace') expect(body.metadata.labels?.['app.kubernetes.io/name'], path).toBe('duly')
})

test('service account, settings and volumes that pods refer to exist', () => {
  const maps = kustomizations.find(({ folder }) => folder === 'kustomize/base')?.body.configMapGenerator
  for (const { spec } of pods) {
    expect(objectOf('ServiceAccount', spec.serviceAccountName)).toBeDefined()
    const volumes = spec.volumes.map(({ name }: { name: string }) => name)
    for (const { volumeMounts, envFrom = [] } of [...spec.initContainers, ...spec.containers]) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name)
      for (const { configMapRef } of envFrom)
        expect(maps.map(({ name }: { name: string }) => name)).toContain(configMapRef.name)
    }
  }
})
