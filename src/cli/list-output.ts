import { write, writeLine } from './output.ts'
import { printableJson } from './printable.ts'
import { type Column, tableOf } from './table.ts'

/** Lines are written in batches of this size, because a write per line would cost more than everything else. */
const batchCharacters = 32_768

/** How a list is printed. */
interface ListFormat<T> {
  readonly columns: readonly Column<T>[]
  /** Whether to print JSON for scripts. */
  readonly json: boolean | undefined
  /** Sentence to print on a terminal for an empty list. */
  readonly empty: string
}

/**
 * Prints rows while they arrive: as a table on a terminal, as lines with tabs between columns for scripts, or as a JSON array
 * with one row per line.
 */
export async function writeList<T>(
  rows: AsyncIterable<T> | Iterable<T>,
  { columns, json, empty }: ListFormat<T>,
): Promise<void> {
  await (json ? writeArray(rows) : writeTable(rows, columns, empty))
}

async function writeArray<T>(rows: AsyncIterable<T> | Iterable<T>): Promise<void> {
  // Nothing is printed before the first row arrives, so that an error leaves no incomplete array.
  let batch = ''
  let separator = '[\n'
  for await (const row of rows) {
    batch += `${separator}${printableJson(row)}`
    separator = ',\n'
    if (batch.length >= batchCharacters) {
      await write(batch)
      batch = ''
    }
  }
  await write(separator === '[\n' ? '[]\n' : `${batch}\n]\n`)
}

async function writeTable<T>(
  rows: AsyncIterable<T> | Iterable<T>,
  columns: readonly Column<T>[],
  empty: string,
): Promise<void> {
  const isTerminal = process.stdout.isTTY
  const { heading, line } = tableOf(columns, isTerminal ? process.stdout.columns || 80 : undefined)
  let batch = ''
  let any = false
  for await (const row of rows) {
    if (!any && heading !== undefined) batch = `${heading}\n`
    any = true
    batch += `${line(row)}\n`
    if (batch.length >= batchCharacters) {
      await write(batch)
      batch = ''
    }
  }
  if (batch !== '') await write(batch)
  else if (!any && isTerminal) await writeLine(empty)
}

/** Returns the first rows of a list; all of them without a limit. */
export async function* firstOf<T>(rows: AsyncIterable<T>, limit: number | undefined): AsyncGenerator<T> {
  if (limit === undefined) return yield* rows
  let count = 0
  for await (const row of rows) {
    yield row
    if (++count >= limit) return
  }
}
