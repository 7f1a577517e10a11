import stringWidth from 'string-width'

/** A column of a table. */
export interface Column<T> {
  readonly title: string
  /** Returns the text of a row's cell. */
  readonly cell: (row: T) => string
  /** Smallest width, in terminal columns. */
  readonly min: number
  /** Largest width, in terminal columns. */
  readonly max: number
  /** In a narrow terminal the columns with the lowest priority are omitted first. */
  readonly priority: number
}

const gap = '  '

/**
 * Returns functions that format a table line by line.
 * @param width width of the terminal: columns are omitted and cells truncated to fit it. Undefined for scripts: all columns
 * in full, separated by tabs, without a heading.
 */
export function tableOf<T>(columns: readonly Column<T>[], width: number | undefined) {
  if (width === undefined)
    return { heading: undefined, line: (row: T) => columns.map((column) => column.cell(row)).join('\t') }
  const shown = chooseColumns(columns, width)
  const widths = shareWidth(shown, width)
  const join = (cells: readonly string[]) =>
    cells
      .map((cell, at) => fit(cell, widths[at] as number))
      .join(gap)
      .trimEnd()
  return {
    heading: join(shown.map(({ title }) => title)),
    line: (row: T) => join(shown.map((column) => column.cell(row))),
  }
}

const gaps = (columns: readonly unknown[]) => gap.length * (columns.length - 1)
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** Returns the columns that fit the width, in their order. */
function chooseColumns<T>(columns: readonly Column<T>[], width: number): readonly Column<T>[] {
  let shown = [...columns]
  while (shown.length > 1 && sum(shown.map(({ min }) => min)) + gaps(shown) > width) {
    const lowest = Math.min(...shown.map(({ priority }) => priority))
    shown = shown.filter(({ priority }) => priority !== lowest)
  }
  return shown
}

/** Returns the width of each column: its minimum, and an equal part of the remaining width up to its maximum. */
function shareWidth<T>(columns: readonly Column<T>[], width: number): number[] {
  const widths = columns.map(({ min }) => Math.min(min, width))
  let remaining = width - sum(widths) - gaps(columns)
  while (remaining > 0) {
    const growing = columns.flatMap(({ max }, at) => ((widths[at] as number) < max ? [at] : []))
    if (growing.length === 0) break
    for (const at of growing.slice(0, remaining)) widths[at] = (widths[at] as number) + 1
    remaining -= Math.min(remaining, growing.length)
  }
  return widths
}

/** Pads a text, or truncates it with an ellipsis, to exactly `width` terminal columns. A wide character takes two. */
function fit(text: string, width: number): string {
  const textWidth = stringWidth(text)
  if (textWidth <= width) return text + ' '.repeat(width - textWidth)
  let [start, used] = ['', 0]
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const segmentWidth = stringWidth(segment)
    if (used + segmentWidth > width - 1) break
    start += segment
    used += segmentWidth
  }
  return `${start}…${' '.repeat(width - 1 - used)}`
}
