import { isMap, isSeq, LineCounter, parseAllDocuments } from 'yaml'

/** An object of a list, or a document of its own. */
export interface LocatedObject {
  readonly value: Readonly<Record<string, unknown>>
  /** The line on which it begins, from 1. */
  readonly line: number
}

/** Reads objects from JSON or YAML: one, a list of them, or several documents. @throws Error whose message is a sentence */
export function readObjects(text: string): LocatedObject[] {
  const counter = new LineCounter()
  const objects: LocatedObject[] = []
  try {
    const documents = parseAllDocuments(text.replace(/^\ufeff/, ''), { lineCounter: counter, logLevel: 'silent' })
    for (const document of 'empty' in documents ? [] : documents) {
      const [error] = document.errors
      if (error) throw new Error((error.message.split('\n')[0] ?? '').replace(/:$/, ''))
      const value: unknown = document.toJS({ maxAliasCount: 100 })
      const { contents } = document
      const nodes = isSeq(contents) ? contents.items : [contents]
      for (const [at, one] of (Array.isArray(value) ? value : [value]).entries()) {
        const node = nodes[at]
        if (!isMap(node) || typeof one !== 'object' || one === null) continue
        objects.push({ value: one, line: counter.linePos(node.range?.[0] ?? 0).line })
      }
    }
  } catch (error) {
    throw new Error(
      `The file is not valid JSON or YAML: ${error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message}.`,
    )
  }
  return objects
}
