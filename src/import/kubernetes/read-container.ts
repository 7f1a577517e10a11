import { readCommandLine, readScript } from '../curl/read-command.ts'
import type { FoundRequest, ReadCommand, Remark } from '../model.ts'
import type { Environment, Text, Value } from '../text.ts'
import { type ContainerVariables, readVariables, type Surroundings } from './environment.ts'
import { expandReferences, expandScript } from './expand.ts'
import { commandOfImage, setsNoVariables } from './images.ts'
import { inlineBodies, inlineBodiesOfScript, missingConfigMaps } from './mounted-body.ts'
import { findMountedText, type MountedText, replaceMountedFiles } from './mounted-text.ts'
import { otherClient } from './other-client.ts'
import { isObject, type Path, type Resource } from './read-manifests.ts'
import { withoutEnding } from './sidecar.ts'

/** What a container does. */
export interface FoundContainer {
  readonly name: string
  readonly requests: readonly FoundRequest[]
  readonly notes: readonly Remark[]
  readonly reasons: readonly Remark[]
  /** Whether it makes no HTTP request. */
  readonly isOther: boolean
  readonly variables: ContainerVariables
}

const shell = /^(\/(usr\/)?(local\/)?bin\/)?(sh|bash|ash|dash)$/

/** Reads what a container runs. `path` is its place in the CronJob. */
export function readContainer(
  resource: Resource,
  container: Readonly<Record<string, unknown>>,
  path: Path,
  around: Surroundings,
): FoundContainer {
  const variables = readVariables(container, around)
  const line = resource.lineOf([...path, Array.isArray(container.command) ? 'command' : 'args'])
  const name = typeof container.name === 'string' ? container.name : 'container'
  const found = { name, requests: [], notes: [], reasons: [], isOther: false, variables }
  const failed = (text: string): FoundContainer => ({ ...found, reasons: [{ text, line }] })
  const image = typeof container.image === 'string' ? container.image : ''
  const own = wordsOf(container.command)
  const args = wordsOf(container.args)
  if (!own || !args)
    return failed('command and args must be lists of strings: put values such as numbers in quotation marks.')
  if (own.length === 0 && args.length === 0) return { ...found, isOther: true }
  const reasons: Remark[] = variables.problems.map((text) => ({ text, line: resource.lineOf([...path, 'env']) }))
  const notes: Remark[] = []
  let words: readonly string[] | undefined = own.length > 0 ? [...own, ...args] : commandOfImage(image, args)
  if (!words) {
    // Arguments of a program of the image's own.
    if (!/:\/\/|\bcurl\b|\bwget\b/.test(args.join(' ')) && !/curl|wget/.test(image)) return { ...found, isOther: true }
    reasons.push({
      text: `The container has no command, and what ${image === '' ? 'its image' : `image ${image}`} runs with these arguments is not known: write it as command.`,
      line,
    })
    words = (args[0] as string).startsWith('-') ? ['curl', ...args] : args
  }
  const command = words
  if (/\s/.test((command[0] as string).trim()))
    return failed(
      `The command is one word with spaces in it (${command[0]}), so no program is found: write each word by itself.`,
    )
  const scriptAt = scriptIndex(command)
  /** The place of a word in the manifest. */
  const pathOf = (at: number): Path => {
    const inserted = own.length > 0 ? 0 : command.length - args.length
    if (at < own.length) return [...path, 'command', at]
    return [...path, 'args', Math.max(0, at - own.length - inserted)]
  }
  const setting = { container, around, variables, image }
  const mounted = findMountedText(command, scriptAt, container, around)
  const isScript = !mounted && scriptAt >= 0
  const place = isScript ? resource.textLine(pathOf(scriptAt)) : { line, isVerbatim: false }
  let read: ReadCommand
  if (mounted) read = readMounted(mounted, setting)
  else if (isScript) read = readShell(command, scriptAt, setting)
  else {
    read = readWords(command, setting)
    const left = unfilledIn(read)
    const remarks = resource.isFromCluster ? notes : reasons
    if (left !== undefined)
      remarks.push({
        text: `No shell runs this command, so ${left} is sent as it is: fill it in, or write it as $(NAME).`,
        line,
      })
  }
  const literal = mounted || isScript ? unfilledIn(read) : undefined
  if (literal !== undefined)
    notes.push({
      text: `${literal} is sent as it is: in single quotation marks, or behind a \\, the shell does not fill it in.`,
      line,
    })
  const client = read.isOther ? otherClient(mounted ? [mounted.text] : command) : undefined
  if (client !== undefined)
    reasons.push({ text: `${client} is not read here, and it may make an HTTP request: write the task by hand.`, line })
  if (!read.isOther && isObject(container.lifecycle) && isObject(container.lifecycle.postStart))
    reasons.push({
      text: 'The container also does what its postStart says: make it a task of its own, or leave it out.',
      line: resource.lineOf([...path, 'lifecycle']),
    })
  for (const name of read.isOther ? [] : missingConfigMaps(mounted?.text ?? command.join('\n'), container, around))
    reasons.push({ text: `It reads a file of ConfigMap ${name}: add the ConfigMap to the input.`, line })
  const script = mounted?.text ?? (isScript ? (command[scriptAt] as string) : '')
  if (withoutEnding(script) !== script)
    notes.push({ text: 'The call that ends the sidecar of the pod is left out.', line })
  const remark = ({ text, offset }: { readonly text: string; readonly offset: number }): Remark => ({
    text,
    line: place.isVerbatim ? place.line + offset : place.line,
  })
  return {
    ...found,
    requests: read.requests,
    notes: [...notes, ...read.notes.map(remark)],
    reasons: [...reasons, ...read.reasons.map(remark)],
    isOther: read.isOther && reasons.length === 0,
  }
}

/** What the words of a container are read with. */
interface Setting {
  readonly container: Readonly<Record<string, unknown>>
  readonly around: Surroundings
  readonly variables: ContainerVariables
  readonly image: string
}

function readMounted({ text, name, problem }: MountedText, setting: Setting): ReadCommand {
  const read = problem === undefined ? readFilledScript(text, new Map(), setting) : undefined
  return named(read ? readScript(read.script, read.environment) : refused(problem as string), name)
}

function readShell(command: readonly string[], scriptAt: number, setting: Setting): ReadCommand {
  const { lookup, lookupInScript } = setting.variables
  const script = expandScript(command[scriptAt] as string, lookupInScript)
  if ('unknown' in script) return refused(`${script.unknown}.`)
  const filled = readFilledScript(script.script, script.variables, setting)
  const texts: Text[] = []
  for (const [at, word] of command.entries()) {
    const value = at === scriptAt ? [filled.script] : expandReferences(word, lookup)
    if ('unknown' in value) return refused(`${value.unknown}.`)
    texts.push(value)
  }
  return readCommandLine(texts, filled.environment)
}

/** Puts mounted files into a script, and returns it with its variables. */
function readFilledScript(text: string, added: ReadonlyMap<string, Text>, setting: Setting) {
  const { container, around } = setting
  const secrets = replaceMountedFiles(withoutEnding(text), container, around)
  const { script, variables } = inlineBodiesOfScript(secrets.script, container, around)
  return {
    script,
    environment: environmentOf(script, setting, new Map([...added, ...secrets.variables, ...variables])),
  }
}

function readWords(command: readonly string[], setting: Setting): ReadCommand {
  const texts: Text[] = []
  for (const word of inlineBodies(command, setting.container, setting.around)) {
    const value = expandReferences(word, setting.variables.lookup)
    if ('unknown' in value) return refused(`${value.unknown}.`)
    texts.push(value)
  }
  return readCommandLine(texts, environmentOf('', setting, new Map()))
}

/** Returns a variable of a shell in a request that no shell has filled in: `${TOKEN}`. */
function unfilledIn({ requests }: ReadCommand): string | undefined {
  const texts = requests.flatMap(({ url, header, payload }) => [url, ...Object.values(header), payload ?? []])
  const characters = texts.flat().filter((part) => typeof part === 'string')
  return /\$(\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]+\b)/.exec(characters.join('\n'))?.[0]
}

const refused = (text: string): ReadCommand => ({
  requests: [],
  notes: [],
  reasons: [{ text, offset: 0 }],
  isOther: false,
})

/** Says in which file the lines of a script are. */
function named(read: ReadCommand, file: string): ReadCommand {
  const add = ({ text, offset }: { readonly text: string; readonly offset: number }) => ({
    text: `${file}, line ${offset + 1}: ${text}`,
    offset: 0,
  })
  return { ...read, notes: read.notes.map(add), reasons: read.reasons.map(add) }
}

/** Returns the strings of a list; undefined if there is something else in it. */
function wordsOf(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return []
  return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined
}

/** Returns the place of the script after `sh -c`; -1 if there is none. */
function scriptIndex(words: readonly string[]): number {
  const start = words.findIndex((word) => shell.test(word))
  if (start < 0) return -1
  let hasC = false
  for (let at = start + 1; at < words.length; at++) {
    const word = words[at] as string
    if (!/^[-+]/.test(word)) return hasC ? at : -1
    hasC ||= /^-[a-z]*c/.test(word)
    if (/^[-+][a-z]*o$/.test(word)) at++
  }
  return -1
}

/** Returns the variables that a script mentions, with those that only the running container has as unknown. */
function environmentOf(
  script: string,
  { variables: { lookup }, image }: Setting,
  added: ReadonlyMap<string, Text>,
): Environment {
  const environment = new Map<string, Value>(added)
  const mentioned = [...script.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].map(([, name]) => name as string)
  const printed = [...script.matchAll(/\bprintenv\s+([A-Za-z_]\w*)/g)].map(([, name]) => name as string)
  for (const name of new Set([...mentioned, ...printed])) {
    if (environment.has(name)) continue
    const value = lookup(name) ?? valueOfContainer(name, image)
    if (value !== undefined) environment.set(name, value)
  }
  return environment
}

/** Returns why a variable that the manifest does not set has no known value; undefined if it is certainly not set. */
function valueOfContainer(name: string, image: string): Value | undefined {
  if (/_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$/.test(name))
    return { unknown: `Kubernetes may set ${name} to the address of a Service: write the host of the Service instead` }
  if (/^(PATH|HOME|HOSTNAME|PWD|SHELL|USER)$/.test(name))
    return { unknown: `${name} is known only to the running container` }
  if (setsNoVariables(image)) return undefined
  return { unknown: `${name} is not set in the manifest, and the image may set it` }
}
