/** A column of a table: its title, what stands in it, and what it needs and may take of a terminal's width. */
export interface Column<T> {
  readonly title: string
  readonly cell: (row: T) => string
  readonly min: number
  readonly max: number
  /** The lower, the sooner it is left out where the terminal is narrow. */
  readonly worth: number
}

const gap = '  '

/**
 * How rows become lines. With a width: a table that fits it, less worthy columns left out and long cells cut. Without: for
 * scripts, all columns as they stand, with a tab between, and no heading.
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

/** The columns that have room, in their order. */
function chooseColumns<T>(columns: readonly Column<T>[], width: number): readonly Column<T>[] {
  let shown = [...columns]
  while (shown.length > 1 && sum(shown.map(({ min }) => min)) + gaps(shown) > width) {
    const least = Math.min(...shown.map(({ worth }) => worth))
    shown = shown.filter(({ worth }) => worth !== least)
  }
  return shown
}

/** What each column gets: its least, and the rest in equal parts to those that can use it. */
function shareWidth<T>(columns: readonly Column<T>[], width: number): number[] {
  const widths = columns.map(({ min }) => Math.min(min, width))
  let left = width - sum(widths) - gaps(columns)
  while (left > 0) {
    const growing = columns.flatMap(({ max }, at) => ((widths[at] as number) < max ? [at] : []))
    if (growing.length === 0) break
    for (const at of growing.slice(0, left)) widths[at] = (widths[at] as number) + 1
    left -= Math.min(left, growing.length)
  }
  return widths
}

/** A text in exactly so many columns of a terminal, where a wide character takes two: filled up, or cut with an ellipsis. */
function fit(text: string, width: number): string {
  const taken = Bun.stringWidth(text)
  if (taken <= width) return text + ' '.repeat(width - taken)
  let [kept, used] = ['', 0]
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const wide = Bun.stringWidth(segment)
    if (used + wide > width - 1) break
    kept += segment
    used += wide
  }
  return `${kept}…${' '.repeat(width - 1 - used)}`
}
