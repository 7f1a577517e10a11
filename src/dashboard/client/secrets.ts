import type { NamedSecret } from '../../named-secrets/model.ts'
import type { CursorPage } from './alerts.ts'
import { query, send } from './api.ts'
import { refusalsOf } from './refusals.ts'

export type { NamedSecret }

const pageLimit = 1000
const secretPath = (name: string) => `/secrets/${encodeURIComponent(name)}`

/** Lists the named secrets of the service, all of them, without their values. */
export async function listSecrets(signal?: AbortSignal): Promise<readonly NamedSecret[]> {
  const path = `/secrets?${query({ limit: pageLimit })}`
  return (await send<CursorPage<NamedSecret>>('GET', path, { ...(signal && { signal }) })).body.records
}

/** Sets the value of a secret. @throws ApiError, 400 with an error for each invalid field, 409 if there are too many */
export async function writeSecret(name: string, value: string): Promise<void> {
  await send('PUT', secretPath(name), { body: { value } })
}

/** What the API finds wrong with a value. A field that it does not know has it refused in any case. */
export async function secretRefusals(value: string) {
  const errors = await refusalsOf('PUT', secretPath('secret'), { value, nothing: true })
  return errors.filter(({ path }) => path === '/value')
}

/** Deletes a secret. @throws ApiError, 404 if there is none, 409 if tasks use it */
export async function deleteSecret(name: string): Promise<void> {
  await send('DELETE', secretPath(name))
}
