import { later } from '../parts/later.tsx'

const load = () => import('./drawn-parts.ts')

/** Loads the script of the plots while their data are read. A failure is told where a plot is to be shown. */
export const readyPlots = () => void load().catch(() => undefined)

/** The box of a plot, empty, while the script that draws it is loaded: nothing moves when it is there. */
const box = (name: string) =>
  function Box({ label }: { readonly label: string }) {
    return <div class={`plot ${name}`} role="img" aria-label={label} />
  }

/** The plot of what ran and what comes. */
export const TimelinePlot = later(async () => (await load()).TimelinePlot, box('timeline'))

/** The tasks of a quarter hour. */
export const QuarterTasks = later(async () => (await load()).QuarterTasks)

/** The plot of the last seven days. */
export const DaysPlot = later(async () => (await load()).DaysPlot, box('days'))
