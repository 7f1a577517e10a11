import uPlot from 'uplot'
import { colour, hatch } from './theme-colours.ts'

/** Where the bar of the value at `x` begins and ends on the x axis. */
export type Span = (x: number) => readonly [from: number, to: number]

/** What is not 0 stays visible: the least height of a bar, in CSS pixels. */
const minBarHeight = 3

interface Bars {
  readonly scale: string
  readonly span: Span
  /** The series on which these bars stand, by its number. */
  readonly on?: number
  /** CSS pixels between two bars that touch; less where they are narrow. */
  readonly gap: number
}

/** Bars upwards from the base line, and downwards where a value is negative. */
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
      // From the widths before they are rounded, so that all bars have the same.
      const between = Math.round(Math.min(gap * uPlot.pxRatio, (end - start) * 0.15))
      const below = on === undefined ? 0 : (plot.data[on]?.[i] ?? 0)
      const base = barBase(plot, below, scale)
      const height = Math.round(barHeight(plot, value, scale))
      path.rect(left, Math.min(base, base + height), Math.max(1, right - left - between), Math.abs(height))
    }
    return { fill: path, stroke: path }
  }
}

/** The height of a bar in device pixels, downwards being positive. */
function barHeight(plot: uPlot, value: number, scale: string): number {
  if (value === 0) return 0
  const height = plot.valToPos(value, scale, true) - plot.valToPos(0, scale, true)
  return Math.sign(height) * Math.max(Math.abs(height), minBarHeight * uPlot.pxRatio)
}

function barBase(plot: uPlot, value: number, scale: string): number {
  return Math.round(plot.valToPos(0, scale, true) + barHeight(plot, value, scale))
}

const bare = { points: { show: false }, pxAlign: false } as const

/** Succeeded above the line; failed, hatched, and skipped, hollow, below it: the series 1 to 3 of a plot. */
export function outcomeSeries(scale: string, span: Span, gap: number): uPlot.Series[] {
  const bars = { scale, span, gap }
  return [
    { ...bare, scale, width: 0, fill: () => colour('--past'), paths: paths(bars) },
    {
      ...bare,
      scale,
      width: 1,
      stroke: () => colour('--bad'),
      // The type knows no patterns; the canvas does.
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

/** What comes, in the accent colour. */
export function comingSeries(scale: string, span: Span, gap: number): uPlot.Series {
  return { ...bare, scale, width: 0, fill: () => colour('--accent'), paths: paths({ scale, span, gap }) }
}
