import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { outcomeSeries } from '../plots/bars.ts'
import { extentOf } from '../plots/figures.ts'
import { drawLine, drawText, Plot, pickWith } from '../plots/plot.tsx'
import { colour, font } from '../plots/theme-colours.ts'
import { dayName } from './day-name.ts'

type Days = Overview['days']

const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 })

/** The part of a day that its bar takes, of as many days as there can be. */
const barPart = 0.64
const mostDays = 7

/** A bar chart of the last seven days, from the first one on which something ended. */
export function DaysPlot({ days: all, label, onPick }: { days: Days; label: string; onPick(day: string): void }) {
  const days = useMemo(() => fromFirst(all), [all])
  const latest = useRef(days)
  latest.current = days
  const picked = useRef(onPick)
  picked.current = onPick
  const data = useMemo(
    () =>
      [
        days.length > 0 ? days.map((_, day) => day) : [0],
        days.map(({ success }) => success),
        days.map(({ failed }) => -failed),
        days.map(({ skipped }) => -skipped),
      ] as uPlot.AlignedData,
    [days],
  )
  return (
    <Plot label={label} class="days" data={data} options={() => dayOptions(latest, (day) => picked.current(day))} />
  )
}

/** The days from the first one on which something ended; today at least. */
export function fromFirst(days: Days): Days {
  const first = days.findIndex(({ success, failed, skipped }) => success + failed + skipped > 0)
  return days.slice(first < 0 ? -1 : first)
}

function dayOptions(
  days: { readonly current: Days },
  onPick: (day: string) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const far = () => extentOf(days.current)
  // Bars of fewer days are no wider.
  const half = () => (barPart / 2) * (days.current.length / mostDays)
  return {
    padding: [20, 0, 0, 0],
    scales: {
      x: { time: false, range: () => [-0.5, days.current.length - 0.5] },
      past: { range: () => [-far().down, far().up] },
    },
    series: [{}, ...outcomeSeries('past', (day) => [day - half(), day + half()], 0)],
    axes: [
      {
        stroke: () => colour('--ink-quiet'),
        font: font(12),
        size: 44,
        // Space for the counts of failures.
        gap: 24,
        grid: { show: false },
        ticks: { show: false },
        splits: () => days.current.map((_, day) => day),
        values: (plot, at) =>
          at.map((day) => {
            const text = days.current[day] ? dayName(days.current[day].at) : ''
            return plot.width < 400 ? text.slice(0, 3) : text
          }),
      },
      { show: false },
    ],
    cursor: { show: false },
    hooks: {
      ready: [
        pickWith((at) => {
          const day = days.current[Math.round(at)]
          if (day) onPick(day.at)
        }),
      ],
      draw: [(plot) => drawCounts(plot, days.current)],
    },
  }
}

/** Draws the count of successes above each bar and that of failures below. */
function drawCounts(plot: uPlot, days: Days): void {
  const { left, width, top, height } = plot.bbox
  const px = uPlot.pxRatio
  const base = plot.valToPos(0, 'past', true)
  drawLine(plot, [left, base], [left + width, base], colour('--edge'))
  const style = { halo: colour('--ground'), align: 'center' } as const
  const [above12, below12] = [font(12 * px), font(12 * px, 600)]
  const room = width / days.length - 6 * px
  const succeeded = fitting(
    plot.ctx,
    above12,
    room,
    [count, compact.format],
    days.map(({ success }) => success),
  )
  const writings = [(value: number) => `${count(value)} failed`, count, compact.format]
  const fell = fitting(
    plot.ctx,
    below12,
    room,
    writings,
    days.map((day) => day.failed),
  )
  for (const [day, { success, failed, skipped }] of days.entries()) {
    const x = plot.valToPos(day, 'x', true)
    const above = Math.min(plot.valToPos(success, 'past', true), base - (success > 0 ? 3 * px : 0))
    drawText(plot, succeeded(success), x, above - 5 * px, { ...style, font: above12, colour: colour('--ink') })
    if (failed === 0) continue
    const below = Math.min(Math.max(plot.valToPos(-failed - skipped, 'past', true), base + 6 * px), top + height)
    drawText(plot, fell(failed), x, below + 15 * px, { ...style, font: below12, colour: colour('--bad') })
  }
}

type Writing = (value: number) => string

/** The first of some ways to write numbers in which each of them has room beside its neighbours, or the last one. @param room in device pixels */
function fitting(
  ctx: CanvasRenderingContext2D,
  textFont: string,
  room: number,
  writings: readonly Writing[],
  values: readonly number[],
): Writing {
  ctx.save()
  ctx.font = textFont
  const found = writings.find((write) => values.every((value) => ctx.measureText(write(value)).width <= room))
  ctx.restore()
  return found ?? writings.at(-1) ?? String
}
