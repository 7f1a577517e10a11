import type { Text } from '../text.ts'
import { arrayOf, type Surroundings } from './environment.ts'
import { textsOf } from './objects.ts'
import { isObject } from './read-manifests.ts'

/** A script in a file of a ConfigMap. */
export interface MountedText {
  /** The name of the file and its ConfigMap, for people. */
  readonly name: string
  readonly text: string
  /** Why it cannot be read. */
  readonly problem?: string
}

const shells = /^(\/(usr\/)?(local\/)?bin\/)?(sh|bash|ash|dash)$/

/** A file of a volume: the object and the key that it is made of. */
interface MountedFile {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly object: string
  readonly key: string
}

/**
 * Finds the script that a command runs from a file: `sh /scripts/run.sh`, `/scripts/run.sh`, `sh -c /scripts/run.sh`.
 * @returns undefined if the command runs no file of a ConfigMap
 */
export function findMountedText(
  words: readonly string[],
  scriptAt: number,
  container: Readonly<Record<string, unknown>>,
  around: Surroundings,
): MountedText | undefined {
  const line = scriptAt >= 0 ? (words[scriptAt] as string).trim().split(/\s+/) : [...words]
  while (line.length > 1 && (shells.test(line[0] as string) || /^(\.|source|exec|-[eux]+)$/.test(line[0] as string)))
    line.shift()
  const [path = '', ...args] = line
  if (!/[/.]/.test(path) || /[$"'`;|&<>(){}*?]/.test(path)) return undefined
  const file = fileAt(path, container, around)
  if (!file) return undefined
  const name = `${file.key} of ${file.kind} ${file.object}`
  if (file.kind === 'Secret') return { name, text: '', problem: `It runs a script of a Secret: read ${name}.` }
  const stored = around.data.find('ConfigMap', around.namespace, file.object)
  const text = stored && textsOf(stored).get(file.key)
  if (text === undefined)
    return { name, text: '', problem: `It runs a script of ConfigMap ${file.object}: add the ConfigMap to the input.` }
  if (args.length > 0) return { name, text, problem: `The script gets arguments (${args.join(' ')}).` }
  const [, interpreter] = /^#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/.exec(text) ?? []
  if (interpreter !== undefined && !shells.test(interpreter))
    return { name, text, problem: `It is a script of ${interpreter}, which is not read.` }
  return { name, text }
}

/** Returns what a file of a container is made of, if a volume mounts a ConfigMap or a Secret there. */
export function fileAt(
  path: string,
  container: Readonly<Record<string, unknown>>,
  { pod }: Surroundings,
): MountedFile | undefined {
  const directory = typeof container.workingDir === 'string' ? container.workingDir : ''
  const absolute = path.startsWith('/') ? path : `${directory}/${path.replace(/^\.\//, '')}`
  const spec = isObject(pod.spec) ? pod.spec : {}
  const volumes = arrayOf(spec.volumes)
  for (const { name, mountPath, subPath } of arrayOf(container.volumeMounts)) {
    if (typeof mountPath !== 'string') continue
    const base = mountPath.replace(/\/+$/, '')
    const isFile = typeof subPath === 'string'
    if (isFile ? absolute !== base : !absolute.startsWith(`${base}/`)) continue
    const inVolume = isFile ? (subPath as string) : absolute.slice(base.length + 1)
    const volume = volumes.find((one) => one.name === name)
    const projected = isObject(volume?.projected) ? arrayOf(volume.projected.sources) : []
    for (const source of [...(volume ? [volume] : []), ...projected]) {
      const file = fileOf(source, inVolume)
      if (file) return file
    }
  }
  return undefined
}

function fileOf(volume: Readonly<Record<string, unknown>>, path: string): MountedFile | undefined {
  const kind = isObject(volume.configMap) ? 'ConfigMap' : isObject(volume.secret) ? 'Secret' : undefined
  const source = (volume.configMap ?? volume.secret) as Readonly<Record<string, unknown>> | undefined
  if (!kind || !source) return undefined
  const object = String(source.name ?? source.secretName ?? '')
  const items = arrayOf(source.items)
  const key = items.length === 0 ? path : items.find((item) => item.path === path)?.key
  return typeof key === 'string' && !key.includes('/') ? { kind, object, key } : undefined
}

/** Replaces `$(cat FILE)` by a variable where the file is a key of a Secret, or of a ConfigMap in the input. */
export function replaceMountedFiles(
  script: string,
  container: Readonly<Record<string, unknown>>,
  around: Surroundings,
): { readonly script: string; readonly variables: ReadonlyMap<string, Text> } {
  const variables = new Map<string, Text>()
  const replaced = script.replace(
    /\$\(\s*(?:cat\s+|<\s*)["']?([\w./-]+)["']?\s*\)|`\s*cat\s+["']?([\w./-]+)["']?\s*`/g,
    (whole, first?: string, second?: string) => {
      const file = fileAt(first ?? second ?? '', container, around)
      if (!file) return whole
      const { namespace, references, data } = around
      if (file.kind === 'ConfigMap') {
        const stored = data.find('ConfigMap', namespace, file.object)
        const text = stored && textsOf(stored).get(file.key)
        if (text === undefined) return whole
        const name = `DULY_TEXT_${variables.size + 1}`
        variables.set(name, [text.replace(/\n+$/, '')])
        return `\${${name}}`
      }
      const reference = references.secret({ namespace, secret: file.object, key: file.key })
      const name = `DULY_SECRET_${reference.name.replaceAll('-', '_')}`
      variables.set(name, [reference])
      return `\${${name}}`
    },
  )
  return { script: replaced, variables }
}
