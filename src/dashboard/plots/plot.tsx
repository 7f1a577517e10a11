import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { darkTheme } from './theme-colours.ts'

interface PlotProps {
  /** Text alternative of the plot. */
  readonly label: string
  readonly class: string
  readonly data: uPlot.AlignedData
  /** Called once. Functions in the options read later data themselves. */
  options(): Omit<uPlot.Options, 'width' | 'height'>
}

/** How wide a plot is on paper at most, in CSS pixels: A4 and Letter have so much between their margins. */
const paperWidth = 680

/** A plot that fills its box and is redrawn when the data, the size or the theme changes. */
export function Plot({ label, class: name, data, options }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)

  // The plot is created once per element.
  useEffect(() => {
    const element = box.current
    if (!element) return
    const size = () => ({ width: element.clientWidth, height: element.clientHeight })
    const made = new uPlot({ ...options(), ...size(), legend: { show: false } }, data, element)
    plot.current = made
    const resized = new ResizeObserver(() => {
      const { width, height } = size()
      if (width > 0 && (width !== made.width || height !== made.height)) made.setSize({ width, height })
    })
    resized.observe(element)
    const recolour = () => made.redraw(false)
    darkTheme.addEventListener('change', recolour)
    // A canvas is printed as it was drawn: on paper in light colours, and not wider than it.
    const onPaper = () => {
      document.documentElement.dataset.print = ''
      made.setSize({ width: Math.min(made.width, paperWidth), height: made.height })
    }
    const onScreen = () => {
      delete document.documentElement.dataset.print
      made.setSize(size())
    }
    addEventListener('beforeprint', onPaper)
    addEventListener('afterprint', onScreen)
    return () => {
      removeEventListener('beforeprint', onPaper)
      removeEventListener('afterprint', onScreen)
      darkTheme.removeEventListener('change', recolour)
      resized.disconnect()
      made.destroy()
    }
  }, [])

  useEffect(() => {
    const made = plot.current
    made?.batch(() => {
      made.setData(data)
      // Labels may change even if the scales do not.
      made.redraw(true, true)
    })
  }, [data])

  return <div ref={box} class={`plot ${name}`} role="img" aria-label={label} />
}

/** How far from the place that was meant a finger may press, in CSS pixels. */
const slackPixels = 8

/** A hook of a plot that tells of the place on its axis that was pressed, and how far from it another may be meant. */
export const pickWith = (onPick: (at: number, slack: number) => void) => (plot: uPlot) =>
  plot.over.addEventListener('click', ({ offsetX }) => {
    const at = plot.posToVal(offsetX, 'x')
    onPick(at, plot.posToVal(offsetX + slackPixels, 'x') - at)
  })

/** Draws text with a halo on a plot. @param x, y in device pixels; `y` is the baseline of the text */
export function drawText(
  { ctx }: uPlot,
  text: string,
  x: number,
  y: number,
  style: { font: string; colour: string; halo: string; align: CanvasTextAlign },
): void {
  ctx.save()
  ctx.font = style.font
  ctx.textAlign = style.align
  ctx.textBaseline = 'alphabetic'
  ctx.lineJoin = 'round'
  ctx.lineWidth = 4 * uPlot.pxRatio
  ctx.strokeStyle = style.halo
  ctx.strokeText(text, x, y)
  ctx.fillStyle = style.colour
  ctx.fillText(text, x, y)
  ctx.restore()
}

/** Draws a line on a plot, in device pixels. Horizontal and vertical lines are aligned to the pixel grid. */
export function drawLine(
  { ctx }: uPlot,
  from: [number, number],
  to: [number, number],
  colour: string,
  width = 1,
): void {
  const thick = Math.max(1, Math.round(width * uPlot.pxRatio))
  const shift = thick % 2 ? 0.5 : 0
  ctx.save()
  ctx.strokeStyle = colour
  ctx.lineWidth = thick
  ctx.beginPath()
  ctx.moveTo(Math.round(from[0]) + shift, Math.round(from[1]) + shift)
  ctx.lineTo(Math.round(to[0]) + shift, Math.round(to[1]) + shift)
  ctx.stroke()
  ctx.restore()
}
