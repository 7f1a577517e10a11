import { type Static, Type } from '@sinclair/typebox'
import { nullable, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { profileNameInput } from '../task-fields/connection-fields.ts'

/** Longest PEM text, in characters. */
const maxLength = 65_536

const Pem = (what: string) =>
  nullable(
    Type.String({ maxLength, pattern: '^[^\\x00]*$', description: `${what} in PEM, of at most 64 KiB,` }),
    `${what} in PEM, of at most 64 KiB, or null`,
  )

/** Schema of the name of a TLS profile. */
export const ProfileName = profileNameInput

/** Schema of the body that sets a TLS profile. */
export const TlsProfilePut = Type.Object(
  {
    ca: Type.Optional(Pem('the certificates that are trusted in place of those of the system,')),
    certificate: Type.Optional(Pem('the client certificate, followed by its chain,')),
    private_key: Type.Optional(Pem('the private key of the certificate, without a passphrase,')),
  },
  { $id: 'TlsProfilePut', additionalProperties: false, description: 'a JSON object' },
)

/** The body that sets a TLS profile. */
export type TlsProfilePut = Static<typeof TlsProfilePut>

const facts = {
  name: Type.String(),
  ca_expires_at: nullable(Time, 'when the last of the certificates in ca expires'),
  certificate_subject: nullable(Type.String(), 'whom the client certificate names'),
  certificate_expires_at: nullable(Time, 'when the client certificate expires'),
  created_at: Time,
  updated_at: Time,
  tasks: Type.Integer({ description: 'how many tasks use it' }),
}

/** Schema of a TLS profile in a list. */
export const TlsProfileListed = Type.Object(facts, { $id: 'TlsProfileListed' })

/** A TLS profile in a list, as the API returns it. */
export type TlsProfileListed = Static<typeof TlsProfileListed>

/** Schema of a TLS profile. */
export const TlsProfile = Type.Object(
  {
    ...facts,
    ca: nullable(Type.String(), 'the certificates that are trusted in place of those of the system, in PEM'),
    certificate: nullable(Type.String(), 'the client certificate, followed by its chain, in PEM'),
    private_key: nullable(Type.String(), '******** for a key, which is never shown; sent back, it keeps the key'),
  },
  { $id: 'TlsProfile' },
)

/** Schema of one page of TLS profiles. */
export const TlsProfilePage = cursorPageSchema(TlsProfileListed, 'TlsProfilePage')

/** A TLS profile as the API returns it. */
export type TlsProfile = Static<typeof TlsProfile>
