import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Outage, Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { timeOfDay } from '../format/time-of-day.ts'
import { formatIn, fullHours, quarterMs } from '../format/zone.ts'
import { comingSeries, outcomeSeries } from '../plots/bars.ts'
import { busiest, type Extent, extentOf } from '../plots/figures.ts'
import { drawLine, drawText, Plot, pickWith } from '../plots/plot.tsx'
import { colour, font } from '../plots/theme-colours.ts'

const hour = 3_600
const quarter = quarterMs / 1000
const day = 24 * hour
/** Below this width in CSS pixels, the axis shows fewer hours and grid labels are drawn over the plot. */
const narrow = 640
/** Space beside the bars for the grid labels, in CSS pixels. */
const gutter = 44
/** How far apart two texts of 12 px stand, in CSS pixels. */
const lineHeight = 14
const weekday = formatIn('en-GB', { weekday: 'short', day: 'numeric' })

interface Frame {
  /** Seconds since 1970. */
  readonly now: number
  readonly quarters: Overview['quarters']
  readonly upcoming: Overview['upcoming']
  readonly outages: readonly Outage[]
  /** The beginning of the quarter hour whose tasks are shown; undefined for none. */
  readonly chosen: number | undefined
}

interface TimelineProps extends Frame {
  readonly label: string
  /** Called with the time under the pointer in seconds since 1970, or undefined when it leaves. */
  onPoint(at: number | undefined): void
  /**
   * Called with the time that was pressed, and within how many seconds another may be meant. By keyboard, the tables below the plot
   * lead to the same.
   */
  onPick(at: number, slack: number): void
}

/** The last 24 hours and the next 24 by quarter hour, on one scale, with the current time in the middle of the axis. */
export function TimelinePlot({ now, quarters, upcoming, outages, chosen, label, onPoint, onPick }: TimelineProps) {
  const frame = useRef<Frame>({ now, quarters, upcoming, outages, chosen })
  frame.current = { now, quarters, upcoming, outages, chosen }
  const pointed = useRef(onPoint)
  pointed.current = onPoint
  const picked = useRef(onPick)
  picked.current = onPick
  const data = useMemo(() => asData(quarters, upcoming, now), [quarters, upcoming, outages, now, chosen])
  return (
    <Plot
      label={label}
      class="timeline"
      data={data}
      options={() =>
        timelineOptions(
          frame,
          (at) => pointed.current(at),
          (at, slack) => picked.current(at, slack),
        )
      }
    />
  )
}

const seconds = (iso: string) => Date.parse(iso) / 1000

function asData(quarters: Frame['quarters'], upcoming: Frame['upcoming'], now: number): uPlot.AlignedData {
  const past = [
    quarters.map(({ at }) => seconds(at)),
    quarters.map(({ success }) => success),
    quarters.map(({ failed }) => -failed),
    quarters.map(({ skipped }) => -skipped),
  ]
  const coming = [upcoming.map(({ at }) => seconds(at)), upcoming.map((one) => one.count)]
  // Without any time, uPlot draws no axis.
  return uPlot.join([[[now]], past, coming] as uPlot.AlignedData[])
}

function timelineOptions(
  frame: { readonly current: Frame },
  onPoint: (at: number | undefined) => void,
  onPick: (at: number, slack: number) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const now = () => frame.current.now
  // Both sides are in runs of a quarter hour, so that one bar of the past and one to come can be compared.
  const extent = () => extentOf(frame.current.quarters, busiest(frame.current.upcoming)?.count)
  const beside = (plot: uPlot) => (plot.width < narrow ? 0 : gutter)
  return {
    padding: [22, beside, 0, beside],
    scales: {
      x: { time: true, range: () => [now() - day, now() + day] },
      // Space above the bars for the label of the busiest quarter hour.
      runs: { range: () => [-extent().down, extent().up * 1.12] },
    },
    series: [
      {},
      ...outcomeSeries('runs', (at) => [at, Math.min(at + quarter, now())], 1),
      comingSeries('runs', (at) => [Math.max(at, now()), at + quarter], 1),
    ],
    axes: [
      {
        stroke: () => colour('--ink-quiet'),
        font: font(12),
        size: 40,
        gap: 4,
        grid: { show: false },
        ticks: { stroke: () => colour('--edge'), width: 1, size: 5 },
        // A label at the edge would be cut off.
        splits: (plot, _, from, to) => {
          const margin = ((to - from) * 20) / plot.width
          return fullHours(from + margin, to - margin, plot.width < narrow ? 6 : 3)
        },
        values: (plot, times) => times.map((time) => axisLabel(time, plot.width < narrow)),
      },
      { show: false },
    ],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
    hooks: {
      ready: [pickWith(onPick)],
      drawAxes: [
        (plot) => {
          drawOutages(plot, frame.current)
          drawChosen(plot, frame.current.chosen)
          drawLines(plot, extent())
        },
      ],
      draw: [(plot) => drawWords(plot, frame.current, extent())],
      setCursor: [
        (plot) => {
          const { left } = plot.cursor
          onPoint(left === undefined || left < 0 ? undefined : plot.posToVal(left, 'x'))
        },
      ],
    },
  }
}

function axisLabel(time: number, short: boolean): string {
  const text = timeOfDay(time * 1000)
  if (text === '00:00') return `${short ? '00' : text}\n${weekday(time * 1000)}`
  return short ? text.slice(0, 2) : text
}

/** The least width of an outage, in CSS pixels: a minute of two days would not be seen. */
const outagePixels = 3

/** Draws bands behind the bars at the times in which Duly did not run: runs may have ended in the same quarter hour. */
function drawOutages(plot: uPlot, { outages, now }: Frame): void {
  const { left, top, height } = plot.bbox
  const px = uPlot.pxRatio
  for (const { began_at, ended_at } of outages) {
    const from = Math.max(left, plot.valToPos(seconds(began_at), 'x', true))
    const to = plot.valToPos(ended_at === null ? now : seconds(ended_at), 'x', true)
    const wide = Math.max(Math.round(to - from), outagePixels * px)
    const at = Math.round(Math.max(left, from - Math.max(0, wide - (to - from)) / 2))
    plot.ctx.save()
    plot.ctx.fillStyle = colour('--outage')
    // A wide one is paler within its edges.
    if (wide > 2 * outagePixels * px) plot.ctx.globalAlpha = 0.35
    plot.ctx.fillRect(at, top, wide, height)
    plot.ctx.restore()
    for (const x of [at, at + wide]) drawLine(plot, [x, top], [x, top + height], colour('--outage'))
  }
}

/** Marks the quarter hour whose tasks are shown, as wide as can be seen. */
function drawChosen(plot: uPlot, chosen: number | undefined): void {
  if (chosen === undefined) return
  const { top, height } = plot.bbox
  const [from, to] = [plot.valToPos(chosen, 'x', true), plot.valToPos(chosen + quarter, 'x', true)]
  const wide = Math.max(to - from, 5 * uPlot.pxRatio)
  const left = Math.round((from + to - wide) / 2)
  plot.ctx.save()
  plot.ctx.fillStyle = colour('--sunk')
  plot.ctx.fillRect(left, top, Math.round(wide), height)
  plot.ctx.restore()
  drawLine(plot, [left, top], [left, top + height], colour('--accent'))
  drawLine(plot, [left + Math.round(wide), top], [left + Math.round(wide), top + height], colour('--accent'))
}

function drawLines(plot: uPlot, { down, lines }: Extent): void {
  const { left, width } = plot.bbox
  const level = (value: number) => {
    const y = plot.valToPos(value, 'runs', true)
    drawLine(plot, [left, y], [left + width, y], colour('--rule'))
  }
  for (const tick of lines) {
    level(tick)
    if (tick <= down) level(-tick)
  }
}

function drawWords(plot: uPlot, { now, upcoming, quarters }: Frame, { down, lines }: Extent): void {
  const { left, top, width, height } = plot.bbox
  const px = uPlot.pxRatio
  const middle = plot.valToPos(now, 'x', true)
  const base = plot.valToPos(0, 'runs', true)
  drawLine(plot, [left, base], [left + width, base], colour('--edge'))
  drawLine(plot, [middle, top - 2 * px], [middle, top + height], colour('--ink'), 2)
  const style = { font: font(12 * px), colour: colour('--ink-quiet'), halo: colour('--ground') }
  const strong = { ...style, font: font(12 * px, 600), colour: colour('--ink') }
  drawText(plot, `now, ${timeOfDay(now * 1000)}`, middle, top - 8 * px, { ...strong, align: 'center' })
  const beside = plot.width >= narrow
  const names = (of: readonly number[], x: number, align: 'left' | 'right', below?: string) => {
    const shift = beside ? 4 : -4
    const taken: number[] = []
    const draw = (text: string, y: number) => {
      // What is named first stays readable.
      if (taken.some((other) => Math.abs(other - y) < lineHeight * px)) return
      taken.push(y)
      drawText(plot, text, x, y, { ...style, align })
    }
    draw('runs', top - 8 * px)
    if (below !== undefined) draw(below, top + height - 4 * px)
    for (const tick of of) draw(count(Math.abs(tick)), plot.valToPos(tick, 'runs', true) + shift * px)
  }
  if (quarters.length > 0) {
    const [x, align] = beside ? ([left - 8 * px, 'right'] as const) : ([left + 2 * px, 'left'] as const)
    names([...lines, ...lines.filter((line) => line <= down).map((line) => -line)], x, align, 'failed')
  }
  const peak = busiest(upcoming)
  if (!peak) return
  const x = plot.valToPos(seconds(peak.at) + quarter / 2, 'x', true)
  if (beside) names(lines, left + width + 8 * px, 'left')
  const text = `${timeOfDay(peak.at)} · ${count(peak.count)}`
  const half = 40 * px
  const within = Math.min(Math.max(x, middle + half), left + width - half)
  drawText(plot, text, within, plot.valToPos(peak.count, 'runs', true) - 5 * px, { ...strong, align: 'center' })
}
