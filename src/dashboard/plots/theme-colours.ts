/** The current value of a CSS colour variable, which depends on the theme. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** Matches while the browser prefers a dark theme. */
export const darkTheme = matchMedia('(prefers-color-scheme: dark)')

/** The font of a plot, as a canvas takes it. @param px size in CSS pixels, or in device pixels when drawing */
export function font(px: number, weight = 400): string {
  return `${weight} ${px}px ${getComputedStyle(document.body).fontFamily}`
}

/** A pattern of diagonal lines, so that failures differ by more than colour. @param ratio device pixels per CSS pixel */
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
  // Three lines, so that the pattern continues across the corners of the tile.
  for (const shift of [-size, 0, size]) {
    brush.moveTo(shift, size)
    brush.lineTo(shift + size, 0)
  }
  brush.stroke()
  return context.createPattern(tile, 'repeat') ?? colour('--bad')
}
