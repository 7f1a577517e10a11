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

/** Formats a count so that it fits above a bar. */
const short = (value: number) => (value < 100_000 ? count(value) : compact.format(value))

/** A bar chart of the last seven days. */
export function DaysPlot({ days, label, onPick }: { days: Days; label: string; onPick(day: string): void }) {
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

function dayOptions(
  days: { readonly current: Days },
  onPick: (day: string) => void,
): Omit<uPlot.Options, 'width' | 'height'> {
  const far = () => extentOf(days.current)
  return {
    padding: [20, 0, 0, 0],
    scales: { x: { time: false, range: () => [-0.5, 6.5] }, past: { range: () => [-far().down, far().up] } },
    series: [{}, ...outcomeSeries('past', (day) => [day - 0.32, day + 0.32], 0)],
    axes: [
      {
        stroke: () => colour('--ink-quiet'),
        font: font(12),
        size: 44,
        // Space for the counts of failures.
        gap: 24,
        grid: { show: false },
        ticks: { show: false },
        splits: () => [0, 1, 2, 3, 4, 5, 6],
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
  for (const [day, { success, failed, skipped }] of days.entries()) {
    const x = plot.valToPos(day, 'x', true)
    const above = Math.min(plot.valToPos(success, 'past', true), base - (success > 0 ? 3 * px : 0))
    drawText(plot, short(success), x, above - 5 * px, { ...style, font: font(12 * px), colour: colour('--ink') })
    if (failed === 0) continue
    const below = Math.min(Math.max(plot.valToPos(-failed - skipped, 'past', true), base + 6 * px), top + height)
    const text = `${short(failed)}${plot.width < 520 ? '' : ' failed'}`
    drawText(plot, text, x, below + 15 * px, { ...style, font: font(12 * px, 600), colour: colour('--bad') })
  }
}
