import { isUuid } from '../formats/uuid.ts'
import { serviceIdIn, tokenPrefix } from './token.ts'

/** A service id, in lower case, and a token in clear text. */
export interface Credentials {
  readonly id: string
  readonly token: string
}

/** The credentials of a request. `id` is undefined for a token that came alone and does not contain the id of its service. */
export type SentCredentials = Omit<Credentials, 'id'> & { readonly id: string | undefined }

/**
 * One way to send credentials. Everything about it is in its entry of `authSchemes`: how a request is read, what the
 * OpenAPI document says, and what a 401 says.
 */
interface AuthScheme {
  /** Completes the sentence "Send …" in Markdown, in the 401 and in the API's description. */
  readonly instruction: string
  /** Returns undefined when the request does not use this scheme. */
  readonly read: (headers: Headers) => SentCredentials | 'malformed' | undefined
  /** OpenAPI security schemes by name. A request needs all of them at once. */
  readonly securitySchemes: Readonly<Record<string, object>>
  /** Challenge for the WWW-Authenticate header of a 401. */
  readonly challenge?: string
}

const headerPair: AuthScheme = {
  instruction: 'the headers `service_id` and `token`',
  read: (headers) => {
    if (!headers.has('service_id') && !headers.has('token')) return undefined
    return checked(headers.get('service_id'), decodeUtf8(headers.get('token')))
  },
  securitySchemes: {
    service_id: {
      type: 'apiKey',
      in: 'header',
      name: 'service_id',
      description: 'The id of the service, with token.',
    },
    token: {
      type: 'apiKey',
      in: 'header',
      name: 'token',
      description: 'A token of the service, or of an operator, with service_id.',
    },
  },
  // Not a registered scheme: browsers show no password prompt for it.
  challenge: 'Duly realm="duly"',
}

const basic: AuthScheme = {
  instruction: 'HTTP Basic',
  read: (headers) => {
    const authorization = headers.get('authorization')
    return authorization !== null && /^basic\b/i.test(authorization) ? readBasic(authorization) : undefined
  },
  securitySchemes: {
    basic: {
      type: 'http',
      scheme: 'basic',
      description: 'The same pair, where a proxy drops header names with an underscore.',
    },
  },
  // No challenge: a browser would answer `Basic` with its password prompt.
}

const bearer: AuthScheme = {
  instruction: '`Authorization: Bearer TOKEN`',
  read: (headers) => {
    const authorization = headers.get('authorization')
    return authorization !== null && /^bearer\b/i.test(authorization) ? readBearer(authorization, headers) : undefined
  },
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description:
        'The token alone: it names its service. That of an operator names none, so it does for GET /services only.',
    },
  },
}

/** All schemes that the API accepts. To add one, add an entry here. */
const authSchemes: readonly AuthScheme[] = [headerPair, basic, bearer]

/** The OpenAPI `components.securitySchemes`. */
export const securitySchemes: Readonly<Record<string, object>> = Object.assign(
  {},
  ...authSchemes.map((scheme) => scheme.securitySchemes),
)

/** The OpenAPI `security` of a route that needs credentials: any one of the schemes. */
export const securityRequirement: Record<string, string[]>[] = authSchemes.map((scheme) =>
  Object.fromEntries(Object.keys(scheme.securitySchemes).map((name) => [name, []])),
)

/** The WWW-Authenticate header of a 401. */
export const challenges = authSchemes.flatMap(({ challenge }) => challenge ?? []).join(', ')

/** Lists the schemes in Markdown, as in "Send the headers … , or HTTP Basic". */
export const instructions = authSchemes.map(({ instruction }) => instruction).join(', or ')

/**
 * Reads the credentials of a request. When it uses several schemes, all must be well-formed and carry the same credentials.
 * @returns undefined when credentials are missing, malformed or contradictory
 */
export function readCredentials(headers: Headers): SentCredentials | undefined {
  const [first, ...others] = authSchemes.map(({ read }) => read(headers)).filter((found) => found !== undefined)
  if (first === undefined || first === 'malformed') return undefined
  const same = (other: SentCredentials | 'malformed') =>
    other !== 'malformed' && other.token === first.token && (other.id === undefined || other.id === first.id)
  return others.every(same) ? first : undefined
}

function checked(id: string | null, token: string | null): Credentials | 'malformed' {
  return id && token && isUuid(id) ? { id: id.toLowerCase(), token } : 'malformed'
}

/** Bun decodes header values as Latin-1. Most clients send UTF-8; a value that is not valid UTF-8 stays as it is. */
function decodeUtf8(header: string | null): string | null {
  if (header === null || !/[\x80-\xff]/.test(header)) return header
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(header, 'latin1'))
  } catch {
    return header
  }
}

/** Decodes the base64 of `id:password` (RFC 7617). The password may contain colons. */
function readBasic(authorization: string): Credentials | 'malformed' {
  const encoded = /^basic +([a-z0-9+/]+=*)$/i.exec(authorization.trim())?.[1]
  if (!encoded) return 'malformed'
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? 'malformed' : checked(text.slice(0, colon), text.slice(colon + 1))
}

/**
 * Reads the token after `Bearer`. A token of another issuer, such as that of a proxy, may stand beside the headers of Duly
 * and is then ignored, so only one that begins like Duly's tokens is read there.
 */
function readBearer(authorization: string, headers: Headers): SentCredentials | 'malformed' | undefined {
  const token = decodeUtf8(authorization.slice('bearer'.length).trim())
  const beside = headers.has('service_id') || headers.has('token')
  if (beside && !token?.startsWith(tokenPrefix)) return undefined
  return token ? { id: serviceIdIn(token), token } : 'malformed'
}
