/**
 * Making or dropping a partition needs locks that conflict with every claim, and while it waits for them every claim waits
 * behind it. So it does not wait for long.
 */
export const lockTimeout = `set local lock_timeout = '100ms'`

/** The name of a partition, by its first day. */
export const partitionName = (day: string) => `execution_${day.replaceAll('-', '_')}`

/** The day of a time in ms since 1970, in UTC. */
export const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** A time in ms since 1970, which may be infinite, as SQL writes it. */
export const timeOf = (ms: number): string => {
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  return ms < 0 ? '-infinity' : 'infinity'
}

/** A name in a statement that takes no parameters. */
export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A text in a statement that takes no parameters. */
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Names, with commas between them. */
export const names = (list: readonly string[]) => list.map(quoted).join(', ')

/** An array of texts. */
export const texts = (list: readonly string[]) => `array[${list.map(literal).join(', ')}]`
