import type { WholeCalendar } from '../client/calendars.ts'
import { Menu } from '../parts/menu.tsx'
import { saveFile } from '../parts/save-file.ts'
import { icsOf, linesOf } from './files.ts'

/** A menu that saves the days of a calendar as a file. */
export function ExportMenu({ calendar }: { calendar: WholeCalendar }) {
  const { name, days } = calendar
  return (
    <Menu label="Export" more={`the days of ${name}`}>
      <button type="button" onClick={() => saveFile(icsOf(calendar), `${name}.ics`, 'text/calendar')}>
        Calendar file, closed days only (.ics)
      </button>
      <button type="button" onClick={() => saveFile(linesOf(days), `${name}.txt`, 'text/plain')}>
        Lines of text, all days (.txt)
      </button>
    </Menu>
  )
}
