const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/**
 * Returns what crons read in different ways, or refuse, and Duly takes: `5/15`, and weekdays that run backwards.
 * @returns a clause that follows "The schedule has"; undefined if there is nothing
 */
export function unclearItem(text: string): string | undefined {
  const fields = text.toLowerCase().split(' ')
  const items = fields.flatMap((field) => field.split(','))
  const step = items.find((item) => /^\w+\//.test(item))
  if (step !== undefined)
    return `${step}, which some crons take for ${step.replace(/\/.*/, '')} alone and others refuse: write the range, such as 5-59/15.`
  const dayOf = (day: string) => (weekdays.includes(day) ? weekdays.indexOf(day) : Number(day))
  const backwards = (fields[4] ?? '').split(',').find((item) => {
    const [from, to] = item.replace(/\/.*/, '').split('-').map(dayOf)
    return from !== undefined && to !== undefined && from > to
  })
  return backwards === undefined
    ? undefined
    : `the weekdays ${backwards}, which cron does not take: write them as a list.`
}
