import type { FoundRequest, Remark } from '../model.ts'
import { arrayOf, type Surroundings } from './environment.ts'
import { proxyOf } from './proxy.ts'
import { type FoundContainer, readContainer } from './read-container.ts'
import { isObject, type Path, type Resource } from './read-manifests.ts'
import { endsSidecar, isMesh } from './sidecar.ts'

/** A request of a pod, and the container that sends it. */
export interface PodRequest {
  readonly container: string
  readonly request: FoundRequest
}

/** What a pod does. */
export interface FoundPod {
  readonly requests: readonly PodRequest[]
  readonly notes: readonly Remark[]
  readonly reasons: readonly Remark[]
  readonly isOther: boolean
}

/** Reads what the containers of a pod do. `path` is the place of the pod's template in the CronJob. */
export function readPod(resource: Resource, path: Path, around: Surroundings): FoundPod {
  const spec = isObject(around.pod.spec) ? around.pod.spec : {}
  const place = [...path, 'spec']
  const notes: Remark[] = []
  const reasons: Remark[] = []
  const requests: PodRequest[] = []
  const containers = arrayOf(spec.containers)
  if (containers.length === 0)
    reasons.push({ text: 'The pod has no containers in the manifest.', line: resource.lineOf(place) })
  const others: string[] = []
  let isHttp = false
  for (const [at, container] of containers.entries()) {
    const containerPath = [...place, 'containers', at]
    if (isMesh(container)) continue
    const found = readContainer(resource, container, containerPath, around)
    if (found.isOther) {
      others.push(found.name)
      continue
    }
    isHttp = true
    const calls = found.requests.filter((request) => !endsSidecar(request))
    if (calls.length > 0 && calls.length < found.requests.length)
      notes.push({
        text: 'The call that ends the sidecar of the pod is left out.',
        line: resource.lineOf(containerPath),
      })
    requests.push(...calls.map((request) => ({ container: found.name, request })))
    notes.push(...found.notes)
    reasons.push(...found.reasons, ...proxyReasons(found, resource, container, containerPath))
  }
  const line = resource.lineOf([...place, 'containers'])
  if (isHttp && others.length > 0)
    reasons.push({
      text: `The pod does something else too (container ${others.join(', ')}): keep the CronJob for that, or leave the container out.`,
      line,
    })
  if (isHttp) reasons.push(...initReasons(resource, spec, [...place, 'initContainers'], around))
  if (isHttp && containers.filter((container) => !isMesh(container)).length > 1 && others.length === 0)
    notes.push({ text: 'The containers of the pod run at once; each is a task by itself now.', line })
  return { requests, notes, reasons, isOther: !isHttp && reasons.length === 0 }
}

function proxyReasons(
  { variables, requests }: FoundContainer,
  resource: Resource,
  container: Readonly<Record<string, unknown>>,
  path: Path,
): Remark[] {
  const found = requests.map((request) => proxyOf(request, variables, container))
  return [...new Set(found)]
    .filter((name) => name !== undefined)
    .map((name) => ({ text: `${name} is set: Duly never uses a proxy.`, line: resource.lineOf([...path, 'env']) }))
}

/** Why the containers that run before the others matter. */
function initReasons(
  resource: Resource,
  spec: Readonly<Record<string, unknown>>,
  path: Path,
  around: Surroundings,
): Remark[] {
  return arrayOf(spec.initContainers).flatMap((container, at): Remark[] => {
    const place = [...path, at]
    if (isMesh(container)) return []
    const { name, isOther, requests } = readContainer(resource, container, place, around)
    const what =
      !isOther && requests.length > 0
        ? 'makes a request first, and the others follow only if it succeeds'
        : 'prepares something first'
    return [{ text: `The init container ${name} ${what}.`, line: resource.lineOf(place) }]
  })
}
