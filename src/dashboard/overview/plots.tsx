import { later } from '../parts/later.tsx'

/** The box of a plot, empty, while the script that draws it is loaded: nothing moves when it is there. */
const box = (name: string) =>
  function Box({ label }: { readonly label: string }) {
    return <div class={`plot ${name}`} role="img" aria-label={label} />
  }

/** The plot of what ran and what comes. */
export const TimelinePlot = later(async () => (await import('./drawn-parts.ts')).TimelinePlot, box('timeline'))

/** The tasks of a quarter hour. */
export const QuarterTasks = later(async () => (await import('./drawn-parts.ts')).QuarterTasks)

/** The plot of the last seven days. */
export const DaysPlot = later(async () => (await import('./drawn-parts.ts')).DaysPlot, box('days'))
