import { afterAll, expect, test } from 'bun:test'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { readConfig } from '../../src/config/config.ts'
import tsconfig from '../../tsconfig.json'
import { checkout, endEverything, run, temporaryFolder } from '../support/process.ts'
import {
  deployFolder,
  environmentOf,
  kustomizations,
  modules,
  objectOf,
  objects,
  patchFiles,
  readYaml,
  rolloutSettings,
  validate,
  yamlFiles,
} from './manifests.ts'

afterAll(endEverything)

const deployments = ['duly', 'duly-api'].map((name) => objectOf('Deployment', name))
const containersOf = ({ spec }: (typeof deployments)[0]) => [
  ...spec.template.spec.initContainers,
  ...spec.template.spec.containers,
]

test('every YAML file parses strictly', () => {
  expect(yamlFiles.length).toBeGreaterThan(15)
  for (const path of yamlFiles) expect(() => readYaml(path)).not.toThrow()
})

test('every file is named by a kustomization, and every named one exists', () => {
  const named = kustomizations.flatMap(({ folder, body }) =>
    [
      ...(body.resources ?? []),
      ...(body.components ?? []),
      ...(body.patches ?? []).flatMap(({ path }: { path?: string }) => path ?? []),
    ].map((path: string) => join(folder, path)),
  )
  expect(named.filter((path) => !existsSync(join(deployFolder, path)))).toEqual([])
  const files = yamlFiles.filter((path) => path.startsWith('kustomize/') && !path.endsWith('/kustomization.yaml'))
  expect(files.filter((path) => !named.includes(path))).toEqual([])
})

test.each(objects)('$path is valid by the schema of its kind', ({ body }) => validate(body))

test('a wrong value is found by the schemas', () => {
  const broken = structuredClone(objectOf('Deployment', 'duly'))
  broken.spec.replicas = 'two'
  expect(() => validate(broken)).toThrow('replicas')
})

/** Compiles objects as literals of their types, which refuses fields that the types lack. Returns what the compiler says. */
async function compile(bodies: readonly { apiVersion: string; kind: string }[]): Promise<string> {
  const folder = join(temporaryFolder(), 'manifests')
  mkdirSync(folder)
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'))
  const text = bodies.map(
    (body, index) =>
      `export const object${index}: import('${modules[body.apiVersion]}').I${body.kind} = ${JSON.stringify(body)}`,
  )
  writeFileSync(join(folder, 'objects.ts'), text.join('\n'))
  const compilerOptions = { ...tsconfig.compilerOptions, types: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const compiled = run([join(checkout, 'node_modules/.bin/tsc'), '--project', folder])
  await compiled.exited
  return compiled.out
}

test('no object has a field that Kubernetes does not know', async () => {
  const broken = structuredClone(objectOf('Deployment', 'duly'))
  broken.spec.template.spec.containers[0].livenesProbe = {}
  const said = await compile([...objects.map(({ body }) => body), broken])
  expect(said.match(/error TS/g)).toHaveLength(1)
  expect(said).toMatch(/livenesProbe"' does not exist/)
})

test('the patches of overlays lead to fields that exist', () => {
  const patches = kustomizations.flatMap(({ body }) => body.patches ?? []).filter(({ patch }) => patch)
  expect(patches.length).toBeGreaterThan(0)
  for (const { target, patch } of patches) {
    const object = objectOf(target.kind, target.name)
    for (const { op, path } of Bun.YAML.parse(patch) as { op: string; path: string }[]) {
      expect(op).toBe('replace')
      const value = path
        .slice(1)
        .split('/')
        .reduce((at, name) => at?.[name], object)
      expect(value, path).toBeDefined()
    }
  }
})

test('the files that are merged name containers that exist, and settings that Duly reads', () => {
  const known = new Set([...knownSettings(), 'PGSSLMODE'])
  const [{ spec: whole }] = deployments
  const bodies = patchFiles.map(readYaml).filter(({ kind }) => kind === 'Deployment')
  expect(bodies.length).toBeGreaterThan(0)
  for (const { spec } of bodies)
    for (const list of ['initContainers', 'containers'] as const)
      for (const { name, env } of spec.template.spec[list]) {
        expect(whole.template.spec[list].map((container: { name: string }) => container.name)).toContain(name)
        expect(env.filter((variable: { name: string }) => !known.has(variable.name))).toEqual([])
      }
})

test('every image is duly in the version of package.json, and overlays pull the same version', () => {
  expect(deployments.flatMap(containersOf).map(({ image }) => image)).toEqual(Array(4).fill(`duly:${version}`))
  const overlays = kustomizations.flatMap(({ body }) => body.images ?? [])
  expect(overlays.length).toBeGreaterThan(0)
  for (const { name, newTag } of overlays) expect([name, newTag]).toEqual(['duly', version])
})

const secrets: Record<string, string> = {
  DATABASE_URL: 'postgres://duly:password@postgres/duly',
  DATABASE_MIGRATION_URL: 'postgres://owner:password@postgres/duly',
  SECRET_KEY: Buffer.alloc(32, 1).toString('base64'),
  SECRET_KEY_OLD: Buffer.alloc(32, 2).toString('base64'),
  SERVICE_ID: Bun.randomUUIDv7(),
  SERVICE_TOKEN: 'a token of the test',
  SMTP_URL: 'smtp://mail.example.com:587',
  HEARTBEAT_URL: 'https://hc-ping.example/abc',
}

/** Names of the settings that Duly reads. */
function knownSettings(): Set<string> {
  const names = new Set<string>()
  // Without an id and a token the name of the service is not read.
  const set: Record<string, string> = {
    SERVICE_ID: secrets.SERVICE_ID ?? '',
    SERVICE_TOKEN: secrets.SERVICE_TOKEN ?? '',
  }
  readConfig(
    new Proxy(set, {
      get: (_, name: string) => {
        names.add(name)
        return set[name]
      },
    }),
  )
  return names
}

test('every variable is a setting of Duly, and all of them together are accepted', () => {
  const known = knownSettings()
  for (const container of deployments.flatMap(containersOf)) {
    const variables = environmentOf(container, (key) => secrets[key] ?? '')
    expect(Object.keys(variables).filter((name) => !known.has(name))).toEqual([])
    for (const { name, valueFrom } of container.env)
      if (valueFrom) expect(valueFrom.secretKeyRef).toMatchObject({ name: 'duly', key: name })
  }
  const literals = kustomizations.flatMap(({ body }) =>
    (body.configMapGenerator ?? []).flatMap(({ literals }: { literals: string[] }) => literals),
  )
  expect(literals.map((line: string) => line.split('=')[0] ?? '').filter((name: string) => !known.has(name))).toEqual(
    [],
  )
  const configs = deployments.map(({ spec }) =>
    readConfig({
      ...environmentOf(spec.template.spec.containers[0], (key) => secrets[key] ?? ''),
      SMTP_FROM: 'duly@example.com',
    }),
  )
  expect(configs.map(({ schedulerEnabled }) => schedulerEnabled)).toEqual([true, false])
  expect(configs.every(({ port, secretKeys }) => port === 8080 && secretKeys.length === 2)).toBe(true)
})

test('the README makes each value of the Secret that is not optional', () => {
  const readme = readFileSync(join(deployFolder, 'README.md'), 'utf8')
  const wanted = deployments
    .flatMap(containersOf)
    .flatMap(({ env }) => env)
    .filter(({ valueFrom }) => valueFrom && !valueFrom.secretKeyRef.optional)
    .map(({ name }) => name as string)
  expect([...new Set(wanted)].sort()).toEqual(['DATABASE_URL', 'SECRET_KEY', 'SERVICE_ID', 'SERVICE_TOKEN'])
  for (const name of wanted) expect(readme).toContain(`--from-literal=${name}=`)
})

test('SIGKILL comes 10 s after what preStop and the grace period may take', () => {
  const { terminationSeconds, preStopSeconds, graceSeconds } = rolloutSettings()
  expect(terminationSeconds).toBe(preStopSeconds + graceSeconds + 10)
})

test('a rollout keeps every replica until another one is ready', () => {
  expect(rolloutSettings()).toMatchObject({ replicas: 2, maxUnavailable: 0, maxSurge: 1, readiness: '/health/ready' })
})

test('the API-only Deployment differs from the other in its name and in SCHEDULER_ENABLED alone', () => {
  const [scheduler, api] = structuredClone(deployments)
  const env = api.spec.template.spec.containers[0].env
  expect(env.shift()).toEqual({ name: 'SCHEDULER_ENABLED', value: 'false' })
  const text = JSON.stringify(api).replaceAll(
    '"app.kubernetes.io/component":"api"',
    '"app.kubernetes.io/component":"scheduler"',
  )
  expect({ ...JSON.parse(text), metadata: scheduler.metadata }).toEqual(scheduler)
})

test('the containers run as the user of the image, without privileges, on a read-only file system', () => {
  // The last one is that of the image.
  const user = [...readFileSync(join(checkout, 'Dockerfile'), 'utf8').matchAll(/^USER (\d+):\d+$/gm)].at(-1)?.[1]
  for (const deployment of deployments) {
    const pod = deployment.spec.template.spec
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: Number(user),
      runAsGroup: Number(user),
      seccompProfile: { type: 'RuntimeDefault' },
    })
    expect(pod.automountServiceAccountToken).toBe(false)
    for (const container of containersOf(deployment)) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(Object.keys(container.resources.limits)).toEqual(['memory'])
      expect(container.volumeMounts).toEqual([{ name: 'tmp', mountPath: '/tmp' }])
    }
  }
})
