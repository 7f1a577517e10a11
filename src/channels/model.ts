import { FormatRegistry, type Static, Type } from '@sinclair/typebox'
import { describeFormat } from '../formats/format-faults.ts'
import { Id, nullable, oneOf, Time } from '../formats/schema.ts'
import { cursorPageSchema } from '../http/cursor-page.ts'
import { isStorable, isWithin } from '../task-fields/limits.ts'
import { namePattern } from '../task-fields/openapi-patterns.ts'
import { targetUrlPattern } from '../task-fields/target-url.ts'
import '../task-fields/text-formats.ts'
import { addressFault, addressPattern, maxAddresses, maxAddressLength } from './addresses.ts'

/** The kinds of channels. */
export const channelKinds = ['webhook', 'slack', 'email'] as const
/** A kind of channel. */
export type ChannelKind = (typeof channelKinds)[number]

const nameLength = 100

FormatRegistry.Set('channel-name', (text) => isWithin(text, nameLength) && /\S/.test(text) && isStorable(text))
FormatRegistry.Set('mail-address', (text) => addressFault(text) === undefined)
describeFormat('mail-address', addressFault)

const Kind = oneOf('ChannelKind', channelKinds)
const Name = Type.String({
  format: 'channel-name',
  documented: { minLength: 1, maxLength: nameLength, pattern: namePattern },
  description: `a name of 1 to ${nameLength} characters, not all of them spaces`,
})
const Url = Type.String({
  format: 'target-url',
  documented: { maxLength: 4096, pattern: targetUrlPattern, writeOnly: true },
  description: 'an http or https URL of at most 4096 characters, without user and password',
})
const Addresses = Type.Array(
  Type.String({
    format: 'mail-address',
    documented: { maxLength: maxAddressLength, pattern: addressPattern },
    description: 'an e-mail address such as ops@example.com',
  }),
  {
    minItems: 1,
    maxItems: maxAddresses,
    uniqueItems: true,
    description: `an array of 1 to ${maxAddresses} e-mail addresses, none of them twice`,
  },
)
const Enabled = Type.Boolean({ description: 'true or false' })

const kindIs = (...kinds: ChannelKind[]) => ({ required: ['kind'], properties: { kind: { enum: kinds } } })
const hasUrl = { required: ['url'], properties: { url: { type: 'string' } } }
const hasAddresses = { required: ['addresses'], properties: { addresses: { type: 'array' } } }
const contradictory = [
  { allOf: [kindIs('email'), { not: hasAddresses }] },
  { allOf: [kindIs('email'), hasUrl] },
  { allOf: [kindIs('webhook', 'slack'), { not: hasUrl }] },
  { allOf: [kindIs('webhook', 'slack'), hasAddresses] },
]

/** Schema of the body that creates a channel. */
export const ChannelCreate = Type.Object(
  {
    name: Name,
    kind: Kind,
    url: Type.Optional(Url),
    addresses: Type.Optional(Addresses),
    enabled: Type.Optional(Enabled),
  },
  {
    $id: 'ChannelCreate',
    additionalProperties: false,
    documented: { if: { not: { anyOf: contradictory } }, else: { not: {} } },
    description: 'a JSON object',
    examples: [{ name: 'on call', kind: 'webhook', url: 'https://alerts.example.com/duly' }],
  },
)

/** What a channel is created from. */
export type ChannelCreate = Static<typeof ChannelCreate>

/** Schema of the body that changes a channel. */
export const ChannelUpdate = Type.Object(
  {
    name: Type.Optional(Name),
    url: Type.Optional(Url),
    addresses: Type.Optional(Addresses),
    enabled: Type.Optional(Enabled),
    rotate_secret: Type.Optional(
      Type.Boolean({
        description: 'true or false; true gives a webhook a new secret, and lets the old one sign for 24 h',
      }),
    ),
  },
  {
    $id: 'ChannelUpdate',
    additionalProperties: false,
    description: 'a JSON object',
    examples: [{ enabled: true }],
  },
)

/** A change of a channel. */
export type ChannelUpdate = Static<typeof ChannelUpdate>

const fields = {
  id: Id,
  name: Type.String({ description: 'unique in the service' }),
  kind: Kind,
  shown: Type.String({
    description: 'of a URL its scheme, host and port; of e-mail the addresses, separated by commas',
  }),
  enabled: Type.Boolean({ description: 'whether anything is sent to it' }),
  disabled_reason: nullable(
    Type.String(),
    'why nothing is sent to it: somebody disabled it, or its URL answered 404 or 410',
  ),
  disabled_at: nullable(Time, 'since when nothing is sent to it'),
  last_ok_at: nullable(Time, 'when it last took a message'),
  last_failed_at: nullable(Time, 'when it last did not take one'),
  last_error: nullable(Type.String(), 'why it did not'),
  created_at: Time,
  updated_at: Time,
}

/** Schema of a channel in an answer. */
export const Channel = Type.Object(fields, { $id: 'Channel' })

/** A channel as the API returns it. */
export type Channel = Static<typeof Channel>

/** Schema of a channel that was created or changed: the only answers that contain a secret. */
export const WrittenChannel = Type.Object(
  {
    ...fields,
    secret: Type.Optional(
      Type.String({
        description:
          'of a new webhook, and after `rotate_secret`: `whsec_` and the key in base64, by which the requests are verified; it cannot be shown again',
      }),
    ),
  },
  { $id: 'WrittenChannel' },
)

/** Schema of one page of channels. */
export const ChannelPage = cursorPageSchema(Channel, 'ChannelPage')
