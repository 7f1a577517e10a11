/** What the overview loads later, as one script: several small ones would be larger together. */
export { DaysPlot } from './days-plot.tsx'
export { QuarterTasks } from './quarter-tasks.tsx'
export { TimelinePlot } from './timeline-plot.tsx'
