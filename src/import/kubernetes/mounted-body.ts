import type { Text } from '../text.ts'
import type { Surroundings } from './environment.ts'
import { fileAt } from './mounted-text.ts'
import { textsOf } from './objects.ts'

type Container = Readonly<Record<string, unknown>>

/** Options of curl that send a file, and whether they send it without its line ends. */
const dropsLines: Readonly<Record<string, boolean>> = {
  '-d': true,
  '--data': true,
  '--data-ascii': true,
  '--data-binary': false,
}

/** Returns the body that an option of curl makes of a file, if the file is a key of a ConfigMap in the input. */
function bodyOf(option: string, path: string, container: Container, around: Surroundings): string | undefined {
  const file = fileAt(path, container, around)
  const stored = file?.kind === 'ConfigMap' && around.data.find('ConfigMap', around.namespace, file.object)
  const text = stored ? textsOf(stored).get(file.key) : undefined
  return text !== undefined && dropsLines[option] ? text.replace(/[\r\n]/g, '') : text
}

/** Returns the ConfigMaps whose files a command reads (`@/config/body.json`, `cat /config/body.json`) and that the input lacks. */
export function missingConfigMaps(text: string, container: Container, around: Surroundings): readonly string[] {
  const files = [...text.matchAll(/(?:@|\bcat\s+["']?)(\/[\w./-]+)/g)].map(([, path = '']) =>
    fileAt(path, container, around),
  )
  const names = files.flatMap((file) => (file?.kind === 'ConfigMap' ? [file.object] : []))
  return [...new Set(names)].filter((name) => !around.data.find('ConfigMap', around.namespace, name))
}

/** Puts the contents of mounted ConfigMaps into a command line: `-d @/config/body.json`. */
export function inlineBodies(words: readonly string[], container: Container, around: Surroundings): readonly string[] {
  return words.map((word, at) => {
    const next = words[at + 1]
    if (
      Object.hasOwn(dropsLines, word) &&
      next?.startsWith('@') &&
      bodyOf(word, next.slice(1), container, around) !== undefined
    )
      return '--data-raw'
    const option = words[at - 1] ?? ''
    if (!word.startsWith('@') || !Object.hasOwn(dropsLines, option)) return word
    // What Kubernetes expands in arguments it does not expand in files.
    return bodyOf(option, word.slice(1), container, around)?.replaceAll('$', () => '$$') ?? word
  })
}

/** Puts the contents of mounted ConfigMaps into a script, as variables of the shell. */
export function inlineBodiesOfScript(
  script: string,
  container: Container,
  around: Surroundings,
): { readonly script: string; readonly variables: ReadonlyMap<string, Text> } {
  const variables = new Map<string, Text>()
  const replaced = script.replace(
    /(?<=\s)(-d|--data|--data-ascii|--data-binary)\s*(["']?)@(\/[\w./-]+)\2(?=[\s;&|)]|$)/g,
    (whole, option: string, _quote: string, path: string) => {
      const body = bodyOf(option, path, container, around)
      if (body === undefined) return whole
      const name = `DULY_FILE_${variables.size + 1}`
      variables.set(name, [body])
      return `--data-raw "\${${name}}"`
    },
  )
  return { script: replaced, variables }
}
