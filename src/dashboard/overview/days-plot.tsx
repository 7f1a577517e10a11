import { useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { Overview } from '../api.ts'
import { count } from '../when.ts'
import { outcomeSeries } from './bars.ts'
import { reach, ticks } from './figures.ts'
import { font, ink } from './ink.ts'
import { Plot, rule, write } from './plot.tsx'

type Days = Overview['days']

const name = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' })

/** `Tue 24`: a day of the API, which is one in UTC. */
export function dayName(at: string): string {
  return name.format(new Date(at))
}

/** The last seven days, one bar each. */
export function DaysPlot({ days, label }: { days: Days; label: string }) {
  const latest = useRef(days)
  latest.current = days
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
  return <Plot label={label} class="days" data={data} options={() => dayOptions(latest)} />
}

function dayOptions(days: { readonly current: Days }): Omit<uPlot.Options, 'width' | 'height'> {
  const far = () => reach(days.current)
  return {
    padding: [18, 0, 0, 0],
    scales: { x: { time: false, range: () => [-0.5, 6.5] }, past: { range: () => [-far().down, far().up] } },
    series: [{}, ...outcomeSeries('past', (day) => [day - 0.32, day + 0.32], 0)],
    axes: [
      {
        stroke: () => ink('--ink-quiet'),
        font: font(12),
        size: 24,
        gap: 6,
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
    hooks: { drawAxes: [(plot) => drawLines(plot, far())], draw: [(plot) => drawWords(plot, far().up, days.current)] },
  }
}

function drawLines(plot: uPlot, { up, down }: { up: number; down: number }): void {
  const { left, width } = plot.bbox
  const level = (value: number) => {
    const y = plot.valToPos(value, 'past', true)
    rule(plot, [left, y], [left + width, y], ink('--rule'))
  }
  for (const tick of ticks(up)) {
    level(tick)
    if (tick <= down) level(-tick)
  }
}

function drawWords(plot: uPlot, up: number, days: Days): void {
  const { left, width } = plot.bbox
  const px = uPlot.pxRatio
  const base = plot.valToPos(0, 'past', true)
  rule(plot, [left, base], [left + width, base], ink('--edge'))
  if (days.length === 0) return
  const lines = ticks(up)
  for (const tick of lines)
    write(
      plot,
      `${count(tick)}${tick === lines.at(-1) ? ' a day' : ''}`,
      left + 2 * px,
      plot.valToPos(tick, 'past', true) - 4 * px,
      { font: font(12 * px), colour: ink('--ink-quiet'), halo: ink('--ground'), align: 'left' },
    )
}
