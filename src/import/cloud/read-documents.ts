import { type LocatedObject, readObjects } from './located-documents.ts'

/**
 * Reads what commands have printed one after the other: JSON documents without anything between them, an array of them, or YAML.
 * @throws Error whose message is a sentence
 */
export function readDocuments(text: string): LocatedObject[] {
  const input = text.replace(/^\ufeff/, '')
  return /^\s*[[{]/.test(input) ? jsonDocuments(input) : readObjects(input)
}

function jsonDocuments(text: string): LocatedObject[] {
  const found: LocatedObject[] = []
  let line = 1
  let at = 0
  for (const end of documentEnds(text)) {
    const piece = text.slice(at, end)
    const begin = line + linesIn(/^\s*/.exec(piece)?.[0] ?? '')
    line += linesIn(piece)
    at = end
    if (piece.trim() === '') continue
    let value: unknown
    try {
      value = JSON.parse(piece)
    } catch {
      throw new Error(`The document that begins on line ${begin} is not valid JSON.`)
    }
    for (const one of Array.isArray(value) ? value.flat() : [value])
      if (typeof one === 'object' && one !== null) found.push({ value: one, line: begin })
  }
  return found
}

/** Yields where each document ends, and at last where the text does. */
function* documentEnds(text: string): Generator<number> {
  let depth = 0
  let isInText = false
  for (const { 0: mark, index } of text.matchAll(/["[\]{}]|\\[\s\S]/g)) {
    if (mark === '"') isInText = !isInText
    else if (isInText) continue
    else if (mark === '{' || mark === '[') depth++
    else if ((mark === '}' || mark === ']') && --depth === 0) yield index + 1
  }
  yield text.length
}

const linesIn = (text: string) => text.split('\n').length - 1
