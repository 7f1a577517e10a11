import type { FoundRequest } from '../model.ts'
import { plainText } from '../text.ts'
import { imageName } from './images.ts'

/** Sidecars that are there for the traffic of the pod only. */
const meshes = /(^|[/-])(istio-?proxy|proxyv2|linkerd-?proxy|linkerd2-proxy|envoy|consul-dataplane)$/

/** Whether a container is a sidecar of a service mesh. */
export function isMesh({ image, name }: Readonly<Record<string, unknown>>): boolean {
  return (typeof image === 'string' && meshes.test(imageName(image))) || (typeof name === 'string' && meshes.test(name))
}

const ending = 'https?:\\/\\/(?:localhost|127\\.0\\.0\\.1):(?:15000|15020|15021|4191)\\/(?:quitquitquit|shutdown)'
const endingUrl = new RegExp(`^${ending}$`)
const endingCommand = new RegExp(
  `(?<=^|[;&|\\n]|\\bthen\\b|\\bdo\\b)([ \\t]*)(?:curl|wget)\\s[^;&|\\n]*${ending}[^;&|\\n]*`,
  'g',
)
const endingTrap = new RegExp(`^[ \\t]*trap\\s+(["'])[^"'\\n]*${ending}[^"'\\n]*\\1[^\\n]*$`, 'gm')

/** Whether a request tells a sidecar of Istio, Envoy or Linkerd to end. */
export const endsSidecar = ({ url }: FoundRequest): boolean => endingUrl.test(plainText(url) ?? '')

/** Leaves the commands of a script out that tell a sidecar to end. The script keeps its lines. */
export function withoutEnding(script: string): string {
  return script.replace(endingTrap, '').replace(endingCommand, '$1true')
}
