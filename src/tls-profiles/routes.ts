import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Sql } from '../database/sql.ts'
import type { FieldError } from '../formats/field-error.ts'
import { mask } from '../formats/secret-mask.ts'
import type { Caller } from '../http/caller.ts'
import { cursorResponse } from '../http/cursor-page.ts'
import { ApiError, invalid } from '../http/errors.ts'
import { inUse } from '../http/in-use.ts'
import { listRoute } from '../http/list-route.ts'
import { operation } from '../http/operation.ts'
import { noQuery } from '../http/query.ts'
import { type Authenticate, readBody, requireService } from '../http/require-service.ts'
import { mebibyte } from '../http/strict-json.ts'
import { placeOf } from '../secrets/sealed-columns.ts'
import { SealedError, type Secrets } from '../secrets/secrets.ts'
import { ProfileName, TlsProfile, TlsProfilePage, TlsProfilePut } from './model.ts'
import { readPem } from './pem.ts'
import {
  deleteProfile,
  findProfile,
  findSealedKey,
  listBatch,
  maxProfiles,
  profilePosition,
  putProfile,
} from './queries.ts'

const oneProfile = Type.Object({ profileName: ProfileName })

const notFound = () => new ApiError('tls_profile_not_found', 'There is no TLS profile with this name.')

const changeFirst = 'Set their tls_profile to another one or to null first.'

const tooMany = () =>
  new ApiError(
    'too_many_tls_profiles',
    `A service may have ${maxProfiles} TLS profiles, and this one has as many: delete one first.`,
  )

const keyFault = (message: string): FieldError => ({ path: '/private_key', message })
const noKey = keyFault(
  'can only be stored encrypted, and this server has no key for that: it must be given a SECRET_KEY',
)
const nothingStored = keyFault(`is ${mask}, which keeps a stored key, and there is none: send the key itself`)

/** Returns the private key of a request. @throws ApiError 400 for a mask without a stored key */
async function readKey(
  sql: Sql,
  secrets: Secrets,
  { serviceId }: Caller,
  name: string,
  given: string | null | undefined,
): Promise<string | null> {
  if (!given) return null
  if (!secrets.canSeal) throw invalid([noKey])
  if (given !== mask) return given
  const sealed = await findSealedKey(sql, serviceId, name)
  if (sealed === undefined) throw invalid([nothingStored])
  try {
    return secrets.openText(placeOf('tls_profile', serviceId, name), sealed, 'the stored key')
  } catch (error) {
    if (error instanceof SealedError) throw invalid([keyFault(`cannot be kept: ${error.message}`)])
    throw error
  }
}

/** Creates the routes for TLS profiles: list, get, set and delete. No answer contains a private key. */
export function tlsProfileRoutes(sql: Sql, authenticate: Authenticate, secrets: Secrets) {
  return new Elysia({ name: 'tls-profiles', prefix: '/tls-profiles', normalize: false, tags: ['tls profiles'] })
    .use(requireService(authenticate))
    .get(
      '/',
      ({ request, serviceId, query }) =>
        cursorResponse({
          request,
          serviceId,
          query,
          list: [],
          position: profilePosition,
          read: (start) => listBatch(sql, serviceId, start),
        }),
      listRoute(
        'listTlsProfiles',
        'List the TLS profiles of the service, by name',
        TlsProfilePage,
        'One page, without certificates',
      ),
    )
    .get(
      '/:profileName',
      async ({ serviceId, params: { profileName } }) => {
        const profile = await findProfile(sql, serviceId, profileName)
        if (!profile) throw notFound()
        return profile
      },
      {
        params: oneProfile,
        query: noQuery,
        scope: 'read',
        detail: operation(
          'getTlsProfile',
          'Get a TLS profile',
          { status: 200, description: 'The profile, with a mask in place of its key.', schema: TlsProfile },
          [400, 404],
        ),
      },
    )
    .put(
      '/:profileName',
      async ({ caller, serviceId, params: { profileName: name }, body, set }) => {
        const key = await readKey(sql, secrets, caller, name, body.private_key)
        const { ca = null, certificate = null } = body
        const facts = readPem({ ca, certificate, private_key: key }, Date.now())
        if (Array.isArray(facts)) throw invalid(facts)
        const sealed_key = key === null ? null : secrets.sealText(placeOf('tls_profile', serviceId, name), key)
        const written = await putProfile(sql, caller, { ...facts, name, ca, certificate, sealed_key })
        if (!written) throw tooMany()
        if (written.isNew) set.status = 201
        return written.profile
      },
      {
        parse: readBody(authenticate, mebibyte),
        params: oneProfile,
        query: noQuery,
        scope: 'write',
        body: TlsProfilePut,
        detail: operation(
          'setTlsProfile',
          'Set a TLS profile: a certificate authority, a client certificate, or both',
          { status: 200, description: 'The profile was there, and is this now.', schema: TlsProfile },
          [400, 409, 413, 415],
          { status: 201, description: 'The new profile.', schema: TlsProfile },
        ),
      },
    )
    .delete(
      '/:profileName',
      async ({ caller, params: { profileName } }) => {
        const result = await deleteProfile(sql, caller, profileName).catch(retryable)
        if (!result) throw notFound()
        if (!result.deleted) throw inUse('tls_profile_in_use', `the TLS profile ${profileName}`, result, changeFirst)
        return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
      },
      {
        params: oneProfile,
        query: noQuery,
        scope: 'write',
        detail: operation(
          'deleteTlsProfile',
          'Delete a TLS profile that no task uses',
          { status: 204, description: 'It is gone.' },
          [400, 404, 409],
        ),
      },
    )
}

/** Converts the violation of the foreign key of `tls_profile_use`: a task that uses the profile was written just now. */
function retryable(error: unknown): never {
  if ((error as { constraint_name?: string }).constraint_name !== 'tls_profile_use_profile_fkey') throw error
  throw new ApiError(
    'tls_profile_in_use',
    'A task that uses this TLS profile was written just now. Nothing was changed.',
  )
}
