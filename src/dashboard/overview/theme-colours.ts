/** The colours of the page as they are now, by the name of their variable: a plot is drawn anew when the theme changes. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

export const darkTheme = matchMedia('(prefers-color-scheme: dark)')

/** The font of plots. @param px before the scaling to the screen's own pixels */
export function font(px: number, weight = 400): string {
  return `${weight} ${px}px ${getComputedStyle(document.body).fontFamily}`
}

/** Diagonal lines, so that what failed is told by more than its colour. @param ratio device pixels to a CSS pixel */
export function hatch(context: CanvasRenderingContext2D, ratio: number): CanvasPattern | string {
  const size = Math.round(5 * ratio)
  const tile = new OffscreenCanvas(size, size)
  const brush = tile.getContext('2d')
  if (!brush) return colour('--bad')
  brush.fillStyle = colour('--bad-ground')
  brush.fillRect(0, 0, size, size)
  brush.strokeStyle = colour('--bad')
  brush.lineWidth = 1.6 * ratio
  brush.beginPath()
  // Three lines, so that those that leave the tile at a corner come in again at the opposite one.
  for (const shift of [-size, 0, size]) {
    brush.moveTo(shift, size)
    brush.lineTo(shift + size, 0)
  }
  brush.stroke()
  return context.createPattern(tile, 'repeat') ?? colour('--bad')
}
