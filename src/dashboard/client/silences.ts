import type { AlertSilence, AlertSilenceCreate } from '../../alerts/silence-model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'

export type { AlertSilence }

/** A service has at most this many silences. */
const maxSilences = 200

/** Lists the silences of the service that are not over, the next to end first. */
export async function listSilences(signal: AbortSignal): Promise<readonly AlertSilence[]> {
  const path = `/alert-silences?${query({ limit: maxSilences })}`
  return (await send<CursorPage<AlertSilence>>('GET', path, { signal })).body.records
}

/** Silences the alerts of a host, of a label, or of a label at a host. @throws ApiError, 400 with an error for each invalid field */
export async function createSilence(silence: AlertSilenceCreate): Promise<void> {
  await send('POST', '/alert-silences', { body: silence })
}

/** Ends a silence. @throws ApiError, 404 when it is over */
export async function endSilence(id: string): Promise<void> {
  await send('DELETE', `/alert-silences/${encodeURIComponent(id)}`)
}
