import { type Static, Type } from '@sinclair/typebox'
import { Id, nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { hostPattern } from '../task-fields/host.ts'

/** Default of `expires_others_in_seconds`: a day. */
export const defaultExpirySeconds = 86_400
/** Longest `expires_others_in_seconds`: 30 days. */
const maxExpirySeconds = 2_592_000

/** Schema of the body that creates a signing key. */
export const SigningKeyCreate = Type.Object(
  {
    target: Type.Optional(
      nullable(
        Type.String({
          format: 'host',
          documented: { minLength: 1, maxLength: 260, pattern: hostPattern },
          description: 'a host with an optional port, such as api.example.com',
        }),
        'a host with an optional port, such as api.example.com, or null for all targets',
      ),
    ),
    expires_others_in_seconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: maxExpirySeconds,
        // A default in the schema itself would let Elysia take a body that is no object.
        documented: { default: defaultExpirySeconds },
        description: `a whole number from 0 (at once) to ${maxExpirySeconds}`,
      }),
    ),
  },
  {
    $id: 'SigningKeyCreate',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ target: null, expires_others_in_seconds: defaultExpirySeconds }],
  },
)

/** What a signing key is created from. */
export type SigningKeyCreate = Static<typeof SigningKeyCreate>

const fields = {
  id: Id,
  target: nullable(
    Type.String(),
    'the only target that it signs for, in place of the keys without a target; null for a key of all targets',
  ),
  created_at: Time,
  expires_at: nullable(Time, 'from when on it signs nothing; null until a newer key of the same target is made'),
}

/** Schema of a signing key in a list, without its secret. */
export const SigningKey = Type.Object(fields, { $id: 'SigningKey' })

/** A signing key as the API returns it. */
export type SigningKey = Static<typeof SigningKey>

/** Schema of a new signing key: the only answer that contains its secret. */
export const NewSigningKey = Type.Object(
  { ...fields, secret: Type.String({ description: '`whsec_` and the key in base64; it cannot be shown again' }) },
  { $id: 'NewSigningKey' },
)

/** Schema of one page of signing keys. */
export const SigningKeyPage = cursorPageSchema(SigningKey, 'SigningKeyPage')
