import { useEffect } from 'preact/hooks'
import { localZone, shownZone, taskZone, zoneChoice } from '../format/zone.ts'

/** Chooses in which zone times are shown, and says which it is. */
export function ZoneChoice() {
  const ofTask = taskZone.value
  return (
    <label class="zone">
      <span>Clock</span>
      <select value={zoneChoice.value} onChange={(event) => zoneChoice.set(event.currentTarget.value)}>
        <option value="local">Yours: {localZone}</option>
        <option value="utc">UTC</option>
        <option value="task">
          {zoneChoice.value !== 'task' || shownZone() === ofTask
            ? `Of the task${ofTask === undefined ? '' : `: ${ofTask}`}`
            : `Of the task; here yours: ${localZone}`}
        </option>
      </select>
    </label>
  )
}

/** Has times be shown in the zone of a task, if the reader has chosen so, while the calling component stands. */
export function useTaskZone(zone: string | null | undefined): void {
  useEffect(() => {
    taskZone.value = zone ?? undefined
    return () => {
      taskZone.value = undefined
    }
  }, [zone])
}
