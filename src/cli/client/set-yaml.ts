import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { escapePointer } from '../../formats/json-pointer.ts'

/** A value of a file, with the line of each of its parts. */
export interface LocatedValue {
  readonly value: unknown
  /** Line, from 1, of the value at each JSON pointer. That of a member of a mapping is the line of its name. */
  readonly lines: ReadonlyMap<string, number>
}

/** What is wrong with the value at a pointer, as a clause that follows its name. */
export interface YamlFault {
  readonly line: number
  readonly pointer: string
  readonly message: string
}

/** Changes a text that stands at a pointer. Returns the faults of that, too. */
type Fill = (text: string, pointer: string) => { readonly text: string; readonly faults: readonly string[] }

/** Limits on what aliases and nesting may expand to: values in a file, and depth. */
const [maxValues, maxDepth] = [500_000, 64]

/**
 * Reads the documents of a file in YAML 1.2, and so JSON too. `no` and `12:30` are strings. Anchors and merge keys (`<<`) are
 * allowed; tags are not. Neither are numbers that others read differently: 010, 0o17, 0x1F, .inf, and whole numbers beyond 2^53.
 */
export function readLocatedYaml(text: string, fill: Fill): { values: LocatedValue[]; faults: YamlFault[] } {
  const counter = new LineCounter()
  // Names that stand twice are found below: the parser compares each name of a mapping with all others.
  const documents = parseAllDocuments(text, { merge: true, lineCounter: counter, uniqueKeys: false })
  const faults: YamlFault[] = []
  if ('empty' in documents) return { values: [], faults }
  const values: LocatedValue[] = []
  for (const document of documents) {
    const problems = [...document.errors, ...document.warnings]
    for (const { message, pos } of problems.slice(0, 1))
      faults.push({
        line: counter.linePos(pos[0]).line,
        pointer: '',
        message: `is not valid YAML: ${sentenceOf(message)}`,
      })
    if (problems.length === 0) values.push(new Reader(document, counter, fill, faults).read())
    // What follows a broken document is misread.
    else break
  }
  return { values, faults }
}

/** The first line of the parser's message, without position and excerpt: the excerpt may hold a secret. */
const sentenceOf = (message: string) =>
  (message.split('\n')[0] ?? '')
    .replace(/:$/, '')
    .replace(/ at line \d+, column \d+$/, '')
    .replace(/: .*/, '')

/** Turns the nodes of one document into values. */
class Reader {
  readonly #lines = new Map<string, number>()
  readonly #anchors = new Map<string, Node>()
  #values = 0

  constructor(
    readonly document: Document.Parsed,
    readonly counter: LineCounter,
    readonly fill: Fill,
    readonly faults: YamlFault[],
  ) {}

  read(): LocatedValue {
    const value = this.#read(this.document.contents, '', { line: 1, depth: 0, isAliased: false })
    return { value, lines: this.#lines }
  }

  /** @param at the line of the name before the node; how deep the node is; whether an alias led to it */
  #read(node: unknown, pointer: string, at: { line: number; depth: number; isAliased: boolean }): unknown {
    this.#lines.set(pointer, at.line)
    if (++this.#values > maxValues || at.depth > maxDepth) {
      // Said once, since everything that follows has the same fault.
      if (this.#values < Number.MAX_SAFE_INTEGER)
        this.#fault(pointer, at.line, 'expands to too many values, or is nested too deeply')
      this.#values = Number.MAX_SAFE_INTEGER
      return null
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source)
      if (target === undefined) this.#fault(pointer, at.line, 'refers to an anchor that does not stand before it')
      return this.#read(target, pointer, { ...at, depth: at.depth + 1, isAliased: true })
    }
    const { anchor } = (node ?? {}) as { anchor?: string }
    if (anchor !== undefined && !at.isAliased) this.#anchors.set(anchor, node as Node)
    const inner = { ...at, depth: at.depth + 1 }
    if (isMap(node)) return this.#readMap(node.items, pointer, inner)
    if (isSeq(node))
      return node.items.map((item, index) =>
        this.#read(item, `${pointer}/${index}`, { ...inner, line: this.#lineOf(item, at.line) }),
      )
    return isScalar(node) ? this.#readScalar(node, pointer, at.line) : null
  }

  #readMap(
    items: readonly { key: unknown; value: unknown }[],
    pointer: string,
    at: { line: number; depth: number; isAliased: boolean },
  ): unknown {
    const own = new Map<string, unknown>()
    const merged = new Map<string, unknown>()
    const ownLines = new Map<string, number>()
    for (const { key, value } of items) {
      const line = at.isAliased ? at.line : this.#lineOf(key, at.line)
      if (isScalar(key) && key.source === '<<' && key.type === 'PLAIN') {
        for (const source of this.#sourcesOf(value)) {
          const parent = this.#read(source, pointer, { ...at, line })
          if (typeof parent !== 'object' || parent === null || Array.isArray(parent))
            this.#fault(pointer, line, 'has a << that is not followed by a mapping')
          else for (const [name, one] of Object.entries(parent)) if (!merged.has(name)) merged.set(name, one)
        }
        continue
      }
      const name = isScalar(key) && key.value !== null ? nameOf(key) : undefined
      if (name === undefined) this.#fault(pointer, line, 'has a name that is not a text')
      else if (own.has(name))
        this.#fault(`${pointer}/${escapePointer(name)}`, line, `stands twice: first in line ${ownLines.get(name)}`)
      else {
        own.set(name, this.#read(value, `${pointer}/${escapePointer(name)}`, { ...at, line }))
        ownLines.set(name, line)
      }
    }
    // A << may stand below the names that it yields to.
    for (const [name, line] of ownLines) this.#lines.set(`${pointer}/${escapePointer(name)}`, line)
    // Not with a spread of objects: a name may be __proto__.
    return Object.fromEntries([...merged, ...own])
  }

  #sourcesOf(value: unknown): readonly unknown[] {
    return isSeq(value) ? value.items : [value]
  }

  #readScalar(node: Scalar, pointer: string, line: number): unknown {
    const { value } = node
    if (typeof value === 'string') {
      const { text, faults } = this.fill(value, pointer)
      for (const message of faults) this.#fault(pointer, line, message)
      return text
    }
    if (typeof value === 'number') {
      const message = numberFault(node)
      if (message !== undefined) this.#fault(pointer, line, message)
    }
    return value
  }

  #lineOf(node: unknown, fallback: number): number {
    const { range } = (node ?? {}) as { range?: readonly number[] | null }
    return range ? this.counter.linePos(range[0] as number).line : fallback
  }

  #fault(pointer: string, line: number, message: string): void {
    this.faults.push({ line, pointer, message })
  }
}

/** The name as it is written: 1.10 would be 1.1 otherwise. */
const nameOf = ({ source, type, value }: Scalar): string =>
  type === 'PLAIN' && source !== undefined ? source : String(value)

/** Returns what is wrong with a number that is not what it looks like. */
function numberFault({ value, source = '', format }: Scalar): string | undefined {
  const number = value as number
  if (!Number.isFinite(number)) return 'must be a number: infinity and not-a-number cannot be sent'
  if (format === 'OCT' || format === 'HEX' || /^[-+]?0\d/.test(source))
    return 'is a number that others read differently: write it in decimal without a leading zero, or in quotes as a text'
  if (Number.isInteger(number) && !Number.isSafeInteger(number))
    return 'is a number that is rounded: write it in quotes if a text is meant'
  return undefined
}
