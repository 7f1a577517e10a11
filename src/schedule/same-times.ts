import { knownPattern, type Pattern } from './pattern.ts'

/** Whether two cron patterns name the same times in every zone, however they are spelled: `MON` and `1`, `0-59/15` and `0,15,30,45`. */
export function sameTimes(one: string, other: string): boolean {
  return one === other || meaning(knownPattern(one)) === meaning(knownPattern(other))
}

function meaning({ minutes, hours, days, months, weekdays, eitherDay, isWild }: Pattern): string {
  const [everyDate, everyWeekday] = [days.length === 31, weekdays.length === 7]
  // Of two fields with "or" one that names every day is enough; of two with "and" it says nothing.
  const dates =
    eitherDay && (everyDate || everyWeekday)
      ? 'every'
      : `${everyDate ? 'every' : days} ${everyWeekday ? 'every' : weekdays} ${eitherDay && !everyDate && !everyWeekday}`
  return `${minutes} ${hours} ${months} ${dates === 'every every false' ? 'every' : dates} ${isWild}`
}
