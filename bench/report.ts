/** The result of one table. */
export interface Section {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly verdicts: readonly Verdict[]
  /** What a reader must know to judge the figures. */
  readonly notes: readonly string[]
}

/** A goal of the specification, and whether it was reached. */
export interface Verdict {
  readonly figure: string
  readonly measured: string
  readonly goal: string
  readonly met: boolean
}

/** Returns the median; of an even number of values the mean of the two in the middle. @throws if there are none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('There is no median of no values.')
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}

/** Formats the median with minimum and maximum: `4,120 (3,980–4,201)`. */
export function spread(values: readonly number[], digits = 0): string {
  return `${number(median(values), digits)} (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})`
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** Compares the median of a ratio or a time with its goal. */
export function verdict(
  figure: string,
  values: readonly number[],
  goal: { atLeast?: number; atMost?: number; below?: number },
  { digits = 2, unit = '' } = {},
): Verdict {
  const value = median(values)
  const words = [
    ...(goal.atLeast === undefined ? [] : [`≥ ${goal.atLeast}${unit}`]),
    ...(goal.atMost === undefined ? [] : [`≤ ${goal.atMost}${unit}`]),
    ...(goal.below === undefined ? [] : [`< ${goal.below}${unit}`]),
  ]
  const met =
    value >= (goal.atLeast ?? -Infinity) && value <= (goal.atMost ?? Infinity) && value < (goal.below ?? Infinity)
  return { figure, measured: `${spread(values, digits)}${unit}`, goal: words.join(' and '), met }
}

/** Formats a section as Markdown that is also readable on a terminal. */
export function toMarkdown({ title, columns, rows, verdicts, notes }: Section, origin: string): string {
  return [
    `## ${title}`,
    '',
    origin,
    '',
    table(columns, rows),
    '',
    ...(verdicts.length === 0 ? [] : [table(['figure', 'measured', 'goal', ''], verdicts.map(verdictRow)), '']),
    ...notes.map((note) => `- ${note}`),
  ].join('\n')
}

const verdictRow = ({ figure, measured, goal, met }: Verdict) => [
  figure,
  measured,
  goal,
  met ? 'reached' : '**not reached**',
]

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(column.length, 3, ...rows.map((row) => row[index]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${widths
      .map((width, index) => (index === 0 ? (cells[index] ?? '').padEnd(width) : (cells[index] ?? '').padStart(width)))
      .join(' | ')} |`
  const rule = `|${widths.map((width, index) => (index === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(columns), rule, ...rows.map(line)].join('\n')
}
