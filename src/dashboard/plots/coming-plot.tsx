import { useMemo, useRef } from 'preact/hooks'
import type uPlot from 'uplot'
import type { Overview } from '../client/overview.ts'
import { count } from '../format/format-time.ts'
import { timeOfDay } from '../format/time-of-day.ts'
import { fullHours, quarterMs } from '../format/zone.ts'
import { comingSeries } from './bars.ts'
import { busiest } from './figures.ts'
import { drawLine, drawText, Plot } from './plot.tsx'
import { colour, font } from './theme-colours.ts'

const quarter = quarterMs / 1000
const hour = 3_600

interface ComingProps {
  readonly label: string
  readonly upcoming: Overview['upcoming']
  /** The count at the top of the plot, so that two plots can be compared. */
  readonly most: number
}

/** The runs of the coming day by quarter hour. */
export function ComingPlot({ label, upcoming, most }: ComingProps) {
  const latest = useRef({ upcoming, most })
  latest.current = { upcoming, most }
  const data = useMemo(
    () =>
      [
        upcoming.map(({ at }) => Date.parse(at) / 1000),
        upcoming.map((one) => one.count),
      ] as unknown as uPlot.AlignedData,
    [upcoming],
  )
  return <Plot label={label} class="coming" data={data} options={() => comingOptions(latest)} />
}

function comingOptions(latest: { readonly current: Omit<ComingProps, 'label'> }) {
  const from = () => Date.parse(latest.current.upcoming[0]?.at ?? '') / 1000
  const options: Omit<uPlot.Options, 'width' | 'height'> = {
    padding: [18, 8, 0, 8],
    scales: {
      x: { time: true, range: () => [from(), from() + 24 * hour] },
      coming: { range: () => [0, Math.max(1, latest.current.most)] },
    },
    series: [{}, comingSeries('coming', (at) => [at, at + quarter], 1)],
    axes: [
      {
        stroke: () => colour('--ink-quiet'),
        font: font(12),
        size: 26,
        gap: 4,
        grid: { show: false },
        ticks: { stroke: () => colour('--edge'), width: 1, size: 5 },
        // A label at the edge would be cut off.
        splits: (plot, _, first, last) =>
          fullHours(first + hour / 2 + 1, last - hour / 2 - 1, plot.width < 420 ? 6 : 3),
        values: (_, times) => times.map((time) => timeOfDay(time * 1000)),
      },
      { show: false },
    ],
    cursor: { show: false },
    hooks: { draw: [(plot) => drawPeak(plot, latest.current.upcoming)] },
  }
  return options
}

function drawPeak(plot: uPlot, upcoming: Overview['upcoming']): void {
  const { left, width } = plot.bbox
  const base = plot.valToPos(0, 'coming', true)
  drawLine(plot, [left, base], [left + width, base], colour('--edge'))
  const peak = busiest(upcoming)
  if (!peak) return
  const px = devicePixelRatio
  const half = 40 * px
  const x = plot.valToPos(Date.parse(peak.at) / 1000 + quarter / 2, 'x', true)
  const within = Math.min(Math.max(x, left + half), left + width - half)
  const style = {
    font: font(12 * px, 600),
    colour: colour('--ink'),
    halo: colour('--ground'),
    align: 'center',
  } as const
  const text = `${timeOfDay(peak.at)} · ${count(peak.count)}`
  drawText(plot, text, within, plot.valToPos(peak.count, 'coming', true) - 5 * px, style)
}
