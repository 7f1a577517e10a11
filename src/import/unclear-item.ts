import { patternFields } from '../schedule/pattern-field.ts'

const [weekdays = [], months = []] = [patternFields.weekday, patternFields.month].map(({ names = [] }) =>
  names.map((name) => name.slice(0, 3).toLowerCase()),
)

/**
 * Returns what crons read in different ways, or refuse, and Duly takes: `5/15`, ranges that run backwards, `L`, `W`, `#`, `?`,
 * names in full, and anything but five fields.
 * @returns a clause that follows "The schedule has"; undefined if there is nothing
 */
export function unclearItem(text: string): string | undefined {
  const fields = text.trim().toLowerCase().split(/\s+/)
  const items = fields.flatMap((field) => field.split(','))
  const step = items.find((item) => /^\w+\//.test(item))
  if (step !== undefined)
    return `${step}, which some crons take for ${step.replace(/\/.*/, '')} alone and others refuse: write the range, such as 5-59/15.`
  const foreign = items.find((item) => /[?#;]|^l|^\d+[lw]$|[a-z]{4,}/.test(item))
  if (foreign !== undefined)
    return `${foreign.toUpperCase()}, which cron does not take, and Duly does: see docs/patterns.md, and create the task with duly task create if that is what is meant.`
  if (fields.length > 5)
    return `${fields.length} fields: five are expected (minute, hour, day of month, month, weekday).`
  const backwards = fields.flatMap((field, at) => {
    const names = at === 3 ? months : weekdays
    const numberOf = (value: string) =>
      names.includes(value) ? names.indexOf(value) + (at === 3 ? 1 : 0) : Number(value)
    return field.split(',').filter((item) => {
      const [from, to] = item.replace(/\/.*/, '').split('-').map(numberOf)
      return from !== undefined && to !== undefined && from > to
    })
  })[0]
  return backwards === undefined
    ? undefined
    : `the range ${backwards}, which runs backwards and which cron does not take: write it as a list.`
}
