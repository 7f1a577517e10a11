import { localTime } from '../format/format-time.ts'
import { fromWallClock, isKnown } from '../format/zone.ts'

const time = /(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?) (UTC|[A-Z]\w+(?:[/+-]\w+)+)/g

/**
 * The text of an answer with its times in the zone that is shown, as all others of the page. The API tells them in the zone of the
 * task: `2026-11-29 02:00 Europe/Berlin`.
 */
export const withShownTimes = (text: string, zone: string): string =>
  text.replace(time, (told, day: string, clock: string, of: string) =>
    of === zone && isKnown(of)
      ? localTime(new Date(fromWallClock(Date.parse(`${day}T${clock}Z`), of)).toISOString())
      : told,
  )
