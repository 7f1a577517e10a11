import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { darkTheme } from './theme-colours.ts'

interface PlotProps {
  /** What the picture says, for those who do not see it. */
  readonly label: string
  readonly class: string
  readonly data: uPlot.AlignedData
  /** Called once; what changes later is read by the functions in it. */
  options(): Omit<uPlot.Options, 'width' | 'height'>
}

/** A plot as large as its box. It is drawn anew when the data, the box or the theme changes. */
export function Plot({ label, class: name, data, options }: PlotProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)

  // Made once, it lives as long as its box.
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
    return () => {
      darkTheme.removeEventListener('change', recolour)
      resized.disconnect()
      made.destroy()
    }
  }, [])

  useEffect(() => {
    const made = plot.current
    made?.batch(() => {
      made.setData(data)
      // The labels may change where the scales do not.
      made.redraw(true, true)
    })
  }, [data])

  return <div ref={box} class={`plot ${name}`} role="img" aria-label={label} />
}

/** Text on a plot, legible over whatever is below it. @param x, y in device pixels, `y` of the base line */
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

/** A line across a plot, in device pixels; crisp when it is level or upright. */
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
