import { type Document, isCollection, isScalar, LineCounter, parseDocument, Scalar } from 'yaml'

/** A file of an input. */
export interface InputFile {
  /** Its name as people know it; missing for an input that has none. */
  readonly name?: string
  readonly text: string
}

/** A path in an object: names of fields, and numbers of elements. */
export type Path = readonly (string | number)[]

/** A Kubernetes object of an input. */
export interface Resource {
  readonly kind: string
  readonly apiVersion: string
  /** Missing if the manifest does not say it. */
  readonly namespace: string | undefined
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>
  readonly file: string | undefined
  /** Whether it comes from a cluster, so that nothing in it is a template any more. */
  readonly isFromCluster: boolean
  /** Returns the line of a part of it, from 1; of the nearest part that there is. */
  lineOf(path?: Path): number
  /** Returns the line on which the text of a scalar begins, from 1, and whether its lines are lines of the file. */
  textLine(path: Path): { readonly line: number; readonly isVerbatim: boolean }
}

/** A part of an input that is not a Kubernetes object. */
export interface BrokenManifest {
  readonly file: string | undefined
  readonly line: number
  /** `CronJob shop/reindex`, as far as it can be told. */
  readonly source: string
  readonly reason: string
}

/** The objects of an input, and the parts that cannot be read. */
export interface Manifests {
  readonly resources: readonly Resource[]
  readonly broken: readonly BrokenManifest[]
}

/** How deep objects may be nested. A CronJob is 12 deep. */
const maxDepth = 100

/** Reads Kubernetes objects: YAML with one or several documents, or JSON, each an object or a list of objects. */
export function readManifests(files: readonly InputFile[]): Manifests {
  const resources: Resource[] = []
  const broken: BrokenManifest[] = []
  for (const { name, text } of files)
    for (const part of documentsOf(text.replace(/^\ufeff/, ''))) readPart(name, part, resources, broken)
  return { resources, broken }
}

interface DocumentText {
  readonly text: string
  /** The line before its first, from 0. */
  readonly offset: number
}

/** Splits a text into its documents, so that one which cannot be read leaves the others alone. */
function documentsOf(text: string): DocumentText[] {
  const parts: DocumentText[] = []
  let lines: string[] = []
  let offset = 0
  const all = text.split(/\r?\n/)
  const end = (next: number) => {
    if (lines.some((line) => /^\s*[^\s#]/.test(line))) parts.push({ text: lines.join('\n'), offset })
    lines = []
    offset = next
  }
  for (const [at, line] of all.entries()) {
    if (/^(---|\.\.\.)(\s|$)/.test(line)) {
      end(at)
      // What stands beside the marker belongs to the document.
      lines.push(line.startsWith('---') ? `   ${line.slice(3)}` : '')
    } else lines.push(line)
  }
  end(all.length)
  return parts
}

function readPart(
  file: string | undefined,
  { text, offset }: DocumentText,
  resources: Resource[],
  broken: BrokenManifest[],
) {
  const fail = (reason: string, line = 1) => {
    const first = text.split('\n').findIndex((one) => /^\s*[^\s#]/.test(one)) + 1
    if (!mayHoldJob(text)) return
    broken.push({ file, line: offset + Math.max(line, first), source: guessedSource(text), reason })
  }
  const counter = new LineCounter()
  let document: Document.Parsed
  let value: unknown
  try {
    document = parseDocument(text, { merge: true, lineCounter: counter, logLevel: 'silent', stringKeys: true })
    const [error] = document.errors
    if (error) {
      const line = error.linePos?.[0]?.line ?? 1
      return fail(hasTemplate(text) ? templateReason : `The YAML cannot be read: ${sentence(error.message)}`, line)
    }
    value = document.toJS({ maxAliasCount: 1000 })
  } catch (error) {
    return fail(
      `The YAML cannot be read: ${sentence(error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message)}`,
    )
  }
  const lineOf = (path: Path) => {
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      const start = isCollection(node) || isScalar(node) ? node.range?.[0] : undefined
      if (start !== undefined) return offset + counter.linePos(start).line
    }
    return offset + 1
  }
  const textLine = (path: Path) => {
    const node = document.getIn(path, true)
    const isBlock = isScalar(node) && node.type === Scalar.BLOCK_LITERAL
    return { line: lineOf(path) + (isBlock ? 1 : 0), isVerbatim: isBlock }
  }
  const collect = (object: unknown, path: Path, depth: number): void => {
    if (!isObject(object) || depth > maxDepth) return
    const { kind, apiVersion } = object
    if (typeof kind !== 'string') return
    const list = kind === 'Template' ? 'objects' : /List$/.test(kind) ? 'items' : undefined
    if (kind === 'Template' && Array.isArray(object.objects)) {
      if (mayHoldJob(text))
        broken.push({
          file,
          line: lineOf(path),
          source: 'Template',
          reason: 'This is a template of OpenShift: run oc process first, and import what it prints.',
        })
      return
    }
    if (list && Array.isArray(object[list])) {
      for (const [at, item] of (object[list] as unknown[]).entries()) {
        // The elements of a CronJobList have no kind of their own.
        const named =
          isObject(item) && item.kind === undefined ? { ...item, kind: kind.slice(0, -4), apiVersion } : item
        collect(named, [...path, list, at], depth + 1)
      }
      return
    }
    const metadata = isObject(object.metadata) ? object.metadata : {}
    const nameOf = (field: unknown) => (typeof field === 'string' && field !== '' ? field : undefined)
    resources.push({
      kind,
      apiVersion: nameOf(apiVersion) ?? '',
      namespace: nameOf(metadata.namespace),
      name: nameOf(metadata.name) ?? nameOf(metadata.generateName)?.replace(/-$/, '') ?? '',
      value: object,
      file,
      isFromCluster: typeof metadata.uid === 'string' || typeof metadata.resourceVersion === 'string',
      lineOf: (inner = []) => lineOf([...path, ...inner]),
      textLine: (inner) => textLine([...path, ...inner]),
    })
  }
  if (Array.isArray(value)) for (const [at, item] of value.entries()) collect(item, [at], 0)
  else if (isObject(value) && typeof value.kind === 'string') collect(value, [], 0)
  else fail('This is not a Kubernetes object: it has no kind.')
}

/** Why a manifest with templates in it is not read. */
export const templateReason =
  'There are templates ({{ … }}) in it: run helm template first (or what fills them), and import what it prints.'

/** Whether a text has a template of Helm, or another one in double braces where no JSON can be. */
export function hasTemplate(text: string): boolean {
  return (
    /\{\{-?\s*(\/\*|[.$]|(include|template|tpl|if|else|end|range|with|define|toYaml|default|quote|required|printf|lookup|fail|print|now|randAlpha\w*)\b)/.test(
      text,
    ) || /\{\{[#/^]\w/.test(text)
  )
}

/** Whether a value is an object, and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const mayHoldJob = (text: string) =>
  /["']?kind["']?\s*:\s*["']?(Cron(Job|Workflow)|List|Template)\b/.test(text) || /CronJob/.test(text)

function guessedSource(text: string): string {
  const field = (name: string) =>
    new RegExp(`^\\s{1,8}["']?${name}["']?:\\s*["']?([\\w.-]{1,253})["']?,?\\s*$`, 'm').exec(text)?.[1]
  const [name, namespace] = [field('name'), field('namespace')]
  if (name === undefined) return 'CronJob'
  return `CronJob ${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** The first line of a message of the parser, without its excerpt of the file: that may hold a secret. */
const sentence = (message: string) =>
  `${(message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').replace(/[:.]$/, '')}.`
