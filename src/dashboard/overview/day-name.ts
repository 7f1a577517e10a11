const name = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' })

/** `Tue 24`: a day of the overview, in UTC. */
export function dayName(at: string): string {
  return name.format(new Date(at))
}
