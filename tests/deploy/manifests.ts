import { readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Model } from '@kubernetes-models/base'
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1'
import { PodMonitor, PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Namespace, Service, ServiceAccount } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { checkout } from '../support/process.ts'

// biome-ignore lint/suspicious/noExplicitAny: manifests are read as they come, and the tests say what is expected of them
type Yaml = any

const models = {
  Deployment,
  HTTPRoute,
  Ingress,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  PodMonitor,
  PrometheusRule,
  Service,
  ServiceAccount,
}

/** Modules of the types of each API version. */
export const modules: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
}

/** The folder `deploy`. */
export const deployFolder = join(checkout, 'deploy')

/** Every YAML file of `deploy`, by its path from there. */
export const yamlFiles = [...new Bun.Glob('**/*.{yaml,yml}').scanSync(deployFolder)].sort()

/** Parses a YAML file that holds one document. @throws Error for duplicate names, unknown tags and every other warning */
export function readYaml(path: string): Yaml {
  const documents = parseAllDocuments(readFileSync(join(deployFolder, path), 'utf8'), {
    strict: true,
    uniqueKeys: true,
  })
  const [document] = documents
  if (!document || documents.length !== 1) throw new Error(`${path} has ${documents.length} documents`)
  for (const fault of [...document.errors, ...document.warnings]) throw new Error(`${path}: ${fault.message}`)
  return document.toJS()
}

const isKustomization = (path: string) => basename(path) === 'kustomization.yaml'

/** All kustomizations and components, with their folder. */
export const kustomizations: readonly { folder: string; body: Yaml }[] = yamlFiles
  .filter(isKustomization)
  .map((path) => ({ folder: dirname(path), body: readYaml(path) }))

/** Files that a kustomization names as patches: they are parts of objects. */
export const patchFiles: readonly string[] = kustomizations.flatMap(({ folder, body }) =>
  (body.patches ?? []).flatMap(({ path }: Yaml) => (path ? [join(folder, path)] : [])),
)

/** All whole Kubernetes objects of `deploy/kustomize`. */
export const objects: readonly { path: string; body: Yaml }[] = yamlFiles
  .filter((path) => path.startsWith('kustomize/') && !isKustomization(path) && !patchFiles.includes(path))
  .map((path) => ({ path, body: readYaml(path) }))

/** Returns the object of a kind with this name. */
export function objectOf(kind: string, name: string): Yaml {
  const found = objects.filter(({ body }) => body.kind === kind && body.metadata.name === name)
  if (found.length !== 1) throw new Error(`there are ${found.length} objects ${kind} ${name}`)
  return found[0]?.body
}

/** Checks an object by the schema of its kind. @throws Error that names the wrong field */
export function validate(body: Yaml): void {
  const Kind = models[body.kind as keyof typeof models] as unknown as (new (body: Yaml) => Model<Yaml>) & Yaml
  if (Kind?.apiVersion !== body.apiVersion) throw new Error(`${body.apiVersion} ${body.kind} is not known`)
  new Kind(body).validate()
}

/** The variables and their values that a container of the manifests gets, with `secret` for each value of a Secret. */
export function environmentOf(container: Yaml, secret: (key: string) => string): Record<string, string> {
  const settings: string[] = kustomizations.find(({ folder }) => folder === 'kustomize/base')?.body
    .configMapGenerator[0].literals
  const fromMap = (container.envFrom ?? []).length > 0 ? settings.map((line) => line.split(/=(.*)/s)) : []
  const own = (container.env ?? []).map(({ name, value, valueFrom }: Yaml) => [
    name,
    value ?? secret(valueFrom.secretKeyRef.key),
  ])
  return Object.fromEntries([...fromMap, ...own])
}

/** How the Deployment of the base replaces and ends its pods. Times are in seconds. */
export function rolloutSettings() {
  const { spec } = objectOf('Deployment', 'duly')
  const pod = spec.template.spec
  const [container] = pod.containers
  const env = environmentOf(container, (key) => key)
  return {
    replicas: spec.replicas as number,
    maxSurge: spec.strategy.rollingUpdate.maxSurge as number,
    maxUnavailable: spec.strategy.rollingUpdate.maxUnavailable as number,
    preStopSeconds: container.lifecycle.preStop.sleep.seconds as number,
    graceSeconds: Number(env.SHUTDOWN_GRACE_SECONDS),
    terminationSeconds: pod.terminationGracePeriodSeconds as number,
    readiness: container.readinessProbe.httpGet.path as string,
    readinessPeriodSeconds: container.readinessProbe.periodSeconds as number,
    initArgs: pod.initContainers[0].args as string[],
    args: container.args as string[],
  }
}
