import uPlot from 'uplot'
import { colour, hatch } from './theme-colours.ts'

/** Returns start and end, on the x axis, of the bar at `x`. */
export type Span = (x: number) => readonly [from: number, to: number]

/** Minimum height of a bar for a value other than 0, in CSS pixels. */
const minBarHeight = 3

interface Bars {
  readonly scale: string
  readonly span: Span
  /** Index of the series that these bars are stacked on. */
  readonly on?: number
  /** Gap between adjacent bars in CSS pixels; smaller between narrow bars. */
  readonly gap: number
}

/** Draws bars from the base line: upwards for positive values, downwards for negative ones. */
function paths({ scale, span, on, gap }: Bars): uPlot.Series.PathBuilder {
  return (plot, series, first, last) => {
    const path = new Path2D()
    const xs = plot.data[0] as number[]
    for (let i = first; i <= last; i++) {
      const value = plot.data[series]?.[i]
      if (!value) continue
      const [from, to] = span(xs[i] as number)
      if (to <= from) continue
      const [start, end] = [plot.valToPos(from, 'x', true), plot.valToPos(to, 'x', true)]
      const left = Math.round(start)
      const right = Math.round(end)
      // Computed before rounding, so that all gaps are equal.
      const between = Math.round(Math.min(gap * uPlot.pxRatio, (end - start) * 0.15))
      const below = on === undefined ? 0 : (plot.data[on]?.[i] ?? 0)
      const base = barBase(plot, below, scale)
      const height = Math.round(barHeight(plot, value, scale))
      path.rect(left, Math.min(base, base + height), Math.max(1, right - left - between), Math.abs(height))
    }
    return { fill: path, stroke: path }
  }
}

/** The height of a bar in device pixels; positive is downwards. */
function barHeight(plot: uPlot, value: number, scale: string): number {
  if (value === 0) return 0
  const height = plot.valToPos(value, scale, true) - plot.valToPos(0, scale, true)
  return Math.sign(height) * Math.max(Math.abs(height), minBarHeight * uPlot.pxRatio)
}

function barBase(plot: uPlot, value: number, scale: string): number {
  return Math.round(plot.valToPos(0, scale, true) + barHeight(plot, value, scale))
}

const bare = { points: { show: false }, pxAlign: false } as const

/** Series 1 to 3 of a plot: succeeded above the base line; failed (hatched) and skipped (outlined) below it. */
export function outcomeSeries(scale: string, span: Span, gap: number): uPlot.Series[] {
  const bars = { scale, span, gap }
  return [
    { ...bare, scale, width: 0, fill: () => colour('--past'), paths: paths(bars) },
    {
      ...bare,
      scale,
      width: 1,
      stroke: () => colour('--bad'),
      // uPlot's type lacks CanvasPattern, but passes the value to the canvas.
      fill: (plot) => hatch(plot.ctx, uPlot.pxRatio) as string,
      paths: paths(bars),
    },
    {
      ...bare,
      scale,
      width: 1,
      stroke: () => colour('--ink-quiet'),
      fill: () => colour('--ground'),
      paths: paths({ ...bars, on: 2 }),
    },
  ]
}

/** The series of upcoming runs. */
export function comingSeries(scale: string, span: Span, gap: number): uPlot.Series {
  return { ...bare, scale, width: 0, fill: () => colour('--accent'), paths: paths({ scale, span, gap }) }
}
