import { readCommandLine, readScript } from '../curl/read-command.ts'
import type { FoundRequest, ReadCommand, Remark } from '../model.ts'
import type { Environment, Text, Value } from '../text.ts'
import { type ContainerVariables, readVariables, type Surroundings } from './environment.ts'
import { expandReferences, expandScript } from './expand.ts'
import { commandOfImage, setsNoVariables } from './images.ts'
import { findMountedText, replaceMountedSecrets } from './mounted-text.ts'
import type { Path, Resource } from './read-manifests.ts'

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
  const mounted = findMountedText(command, scriptAt, container, around)
  let read: ReadCommand
  let place = { line, isVerbatim: false }
  if (mounted) {
    const environment = environmentOf(`${mounted.text}`, variables, image, new Map())
    read = mounted.problem === undefined ? readScript(mounted.text, environment) : refused(mounted.problem)
    read = named(read, mounted.name)
  } else if (scriptAt >= 0) {
    const script = expandScript(command[scriptAt] as string, variables.lookup)
    if ('unknown' in script) return failed(`${script.unknown}.`)
    const files = replaceMountedSecrets(script.script, container, around)
    const environment = environmentOf(
      files.script,
      variables,
      image,
      new Map([...script.variables, ...files.variables]),
    )
    const texts = command.map((word, at): Text => [at === scriptAt ? files.script : word])
    place = resource.textLine(pathOf(scriptAt))
    read = readCommandLine(texts, environment)
  } else {
    const texts: Text[] = []
    for (const word of command) {
      const value = expandReferences(word, variables.lookup)
      if ('unknown' in value) return failed(`${value.unknown}.`)
      texts.push(value)
      const [left] = plainParts(value).match(/\$(\{[A-Za-z_]\w*\}|[A-Za-z_]\w*)/) ?? []
      if (left !== undefined && !resource.isFromCluster)
        reasons.push({
          text: `No shell runs this command, so ${left} is sent as it is: fill it in, or write it as $(NAME).`,
          line,
        })
    }
    read = readCommandLine(texts, environmentOf('', variables, image, new Map()))
  }
  const remark = ({ text, offset }: { readonly text: string; readonly offset: number }): Remark => ({
    text,
    line: place.isVerbatim ? place.line + offset : place.line,
  })
  return {
    ...found,
    requests: read.requests,
    notes: read.notes.map(remark),
    reasons: [...reasons, ...read.reasons.map(remark)],
    isOther: read.isOther && reasons.length === 0,
  }
}

/** Returns the characters of a text without its references. */
const plainParts = (value: Text) => value.filter((part) => typeof part === 'string').join(' ')

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
  { lookup }: ContainerVariables,
  image: string,
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
