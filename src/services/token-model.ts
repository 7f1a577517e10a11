import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { routeScopes, scopes } from '../http/scopes.ts'
import { isName } from '../task-fields/limits.ts'
import { namePattern } from '../task-fields/openapi-patterns.ts'

/** How the audit names the first token of a service. A further token with such a name could be taken for it. */
const fingerprint = '^[0-9a-f]{8}$'

FormatRegistry.Set('token-name', (text) => isName(text) && !new RegExp(fingerprint).test(text))

const Name = Type.String({
  format: 'token-name',
  documented: { minLength: 1, maxLength: 200, pattern: namePattern, not: { pattern: fingerprint } },
  description: 'a name of 1 to 200 characters, not all of them spaces, and not 8 hex digits',
})
const Scopes = Type.Array(oneOf('TokenScope', scopes), {
  minItems: 1,
  uniqueItems: true,
  description: 'an array of one or more of read, write, run, none of them twice',
})

/** Schema of the body that creates a token. */
export const TokenCreate = Type.Object(
  {
    name: Name,
    scopes: Scopes,
    expires_at: Type.Optional(nullable(Time)),
  },
  {
    $id: 'TokenCreate',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ name: 'deploy', scopes: ['read', 'write'], expires_at: '2027-06-01T00:00:00Z' }],
  },
)

export type TokenCreate = Static<typeof TokenCreate>

const fields = {
  id: Id,
  name: Type.String({ description: 'names the token in the audit; unique in the service' }),
  scopes: Type.Array(oneOf('TokenScope', scopes), {
    description: 'what it may do: read (every GET), run (run a task now, stop a run), write (all other changes)',
  }),
  expires_at: nullable(Time, 'from when on it is refused; null for never'),
  created_at: Time,
  last_used_on: nullable(
    Type.String({ format: 'date' }),
    'the last day, in UTC, on which a request was sent with it; null for none',
  ),
}

/** Schema of a token in an answer, without the token itself. */
export const Token = Type.Object(fields, { $id: 'ApiToken' })

export type Token = Static<typeof Token>

/** Schema of a new token: the only answer that contains the token itself. */
export const NewToken = Type.Object(
  { ...fields, token: Type.String({ description: 'the token; it cannot be shown again' }) },
  { $id: 'NewToken' },
)

/** A new token as the API returns it. */
export type NewToken = Static<typeof NewToken>

/** Schema of the token that a request was sent with. */
export const OwnToken = Type.Object(
  {
    id: nullable(Id, 'null for the first token of the service, which is not in the list, and for that of an operator'),
    name: Type.String({
      description: 'as the audit names it: of the first token of the service the first 8 hex digits of its hash',
    }),
    scopes: Type.Array(oneOf('RouteScope', routeScopes), {
      description: 'what it may do; operator: see all services',
    }),
    expires_at: nullable(Time, 'from when on it is refused; null for never'),
  },
  { $id: 'OwnToken' },
)

/** The token that a request was sent with. */
export type OwnToken = Static<typeof OwnToken>

/** Schema of one page of the tokens of a service. */
export const TokenPage = cursorPageSchema(Token, 'TokenPage')
