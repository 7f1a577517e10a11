import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { timeOfDay } from '../format/time-of-day.ts'
import { formatIn, hourOf } from '../format/zone.ts'
import { comingSeries, outcomeSeries } from '../plots/bars.ts'
import { busiest, type Extent, extentOf, ticks } from '../plots/figures.ts'
import { drawLine, drawText, Plot, pickWith } from '../plots/plot.tsx'
import { colour, font } from '../plots/theme-colours.ts'

const hour = 3_600
const quarter = 900
const day = 24 * hour
/** Below this width in CSS pixels, the axis shows fewer hours and grid labels are drawn over the plot. */
const narrow = 640
/** Space beside the bars for the grid labels, in CSS pixels. */
const gutter = 44
const weekday = formatIn('en-GB', { weekday: 'short', day: 'numeric' })

interface Frame {
  /** Seconds since 1970. */
  readonly now: number
  readonly hours: Overview['hours']
  readonly upcoming: Overview['upcoming']
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

/** The last 24 hours by hour and the next 24 by quarter hour, with the current time in the middle of the axis. */
export function TimelinePlot({ now, hours, upcoming, chosen, label, onPoint, onPick }: TimelineProps) {
  const frame = useRef<Frame>({ now, hours, upcoming, chosen })
  frame.current = { now, hours, upcoming, chosen }
  const pointed = useRef(onPoint)
  pointed.current = onPoint
  const picked = useRef(onPick)
  picked.current = onPick
  const data = useMemo(() => asData(hours, upcoming, now), [hours, upcoming, now, chosen])
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

function asData(hours: Frame['hours'], upcoming: Frame['upcoming'], now: number): uPlot.AlignedData {
  const past = [
    hours.map(({ at }) => seconds(at)),
    hours.map(({ success }) => success),
    hours.map(({ failed }) => -failed),
    hours.map(({ skipped }) => -skipped),
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
  const past = () => extentOf(frame.current.hours)
  const most = () => busiest(frame.current.upcoming)?.count ?? 0
  const beside = (plot: uPlot) => (plot.width < narrow ? 0 : gutter)
  return {
    padding: [22, beside, 0, beside],
    scales: {
      x: { time: true, range: () => [now() - day, now() + day] },
      // Space above the bars for the label of the busiest quarter hour.
      past: { range: () => [-past().down, past().up * 1.12] },
      // In parts of its own greatest count, with the same base line.
      coming: {
        range: () => {
          const top = Math.max(1, most())
          return [(-past().down / past().up) * top, top * 1.12]
        },
      },
    },
    series: [
      {},
      ...outcomeSeries('past', (at) => [at, Math.min(at + hour, now())], 2),
      comingSeries('coming', (at) => [Math.max(at, now()), at + quarter], 1),
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
          return hoursBetween(from + margin, to - margin, plot.width < narrow ? 6 : 3)
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
          drawChosen(plot, frame.current.chosen)
          drawLines(plot, past(), most(), now())
        },
      ],
      draw: [(plot) => drawWords(plot, frame.current, past(), most())],
      setCursor: [
        (plot) => {
          const { left } = plot.cursor
          onPoint(left === undefined || left < 0 ? undefined : plot.posToVal(left, 'x'))
        },
      ],
    },
  }
}

/** The full hours, in the zone that is shown, that are multiples of `step`. */
function hoursBetween(from: number, to: number, step: number): number[] {
  const times: number[] = []
  const time = new Date(from * 1000)
  time.setMinutes(0, 0, 0)
  for (let at = time.getTime() / 1000; at <= to; at += hour)
    if (at >= from && hourOf(at * 1000) % step === 0) times.push(at)
  return times
}

function axisLabel(time: number, short: boolean): string {
  const text = timeOfDay(time * 1000)
  if (text === '00:00') return `${short ? '00' : text}\n${weekday(time * 1000)}`
  return short ? text.slice(0, 2) : text
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

function drawLines(plot: uPlot, { down, lines }: Extent, most: number, now: number): void {
  const { left, width } = plot.bbox
  const middle = plot.valToPos(now, 'x', true)
  const level = (value: number, scale: string, from: number, to: number) => {
    const y = plot.valToPos(value, scale, true)
    drawLine(plot, [from, y], [to, y], colour('--rule'))
  }
  for (const tick of lines) {
    level(tick, 'past', left, middle)
    if (tick <= down) level(-tick, 'past', left, middle)
  }
  for (const tick of ticks(most)) level(tick, 'coming', middle, left + width)
}

function drawWords(plot: uPlot, { now, upcoming, hours }: Frame, { down, lines }: Extent, most: number): void {
  const { left, top, width, height } = plot.bbox
  const px = uPlot.pxRatio
  const middle = plot.valToPos(now, 'x', true)
  const base = plot.valToPos(0, 'past', true)
  drawLine(plot, [left, base], [left + width, base], colour('--edge'))
  drawLine(plot, [middle, top - 2 * px], [middle, top + height], colour('--ink'), 2)
  const style = { font: font(12 * px), colour: colour('--ink-quiet'), halo: colour('--ground') }
  const strong = { ...style, font: font(12 * px, 600), colour: colour('--ink') }
  drawText(plot, `now, ${timeOfDay(now * 1000)}`, middle, top - 8 * px, { ...strong, align: 'center' })
  const beside = plot.width >= narrow
  const names = (scale: string, of: readonly number[], x: number, align: 'left' | 'right') => {
    const shift = beside ? 4 : -4
    for (const tick of of)
      drawText(plot, count(Math.abs(tick)), x, plot.valToPos(tick, scale, true) + shift * px, { ...style, align })
  }
  if (hours.length > 0) {
    const [x, align] = beside ? ([left - 8 * px, 'right'] as const) : ([left + 2 * px, 'left'] as const)
    names('past', [...lines, ...lines.filter((line) => line <= down).map((line) => -line)], x, align)
    drawText(plot, 'failed', x, top + height - 4 * px, { ...style, align })
  }
  const peak = busiest(upcoming)
  if (!peak) return
  const x = plot.valToPos(seconds(peak.at) + quarter / 2, 'x', true)
  if (beside) names('coming', ticks(most), left + width + 8 * px, 'left')
  // Without space beside the bars, the grid labels go to the side away from the peak.
  else if (x > (middle + left + width) / 2) names('coming', ticks(most), middle + 6 * px, 'left')
  else names('coming', ticks(most), left + width - 2 * px, 'right')
  const text = `${timeOfDay(peak.at)} · ${count(peak.count)}`
  const half = 40 * px
  const within = Math.min(Math.max(x, middle + half), left + width - half)
  drawText(plot, text, within, plot.valToPos(peak.count, 'coming', true) - 5 * px, { ...strong, align: 'center' })
}
