import type { Secrets } from '../../secrets/secrets.ts'
import type { SigningKeys } from '../../signing/signing-keys.ts'
import type { Claimed } from '../../transitions/claimed.ts'
import type { OutgoingCall } from './call.ts'
import { identityHeaders } from './identity-headers.ts'
import { masking } from './masked.ts'
import type { OpenedCall } from './open-call.ts'

/** What is the same for all calls of a replica. */
export interface OutgoingParts {
  readonly secrets: Secrets
  readonly signingKeys: SigningKeys
  /** Which traces are sampled; undefined if calls are not part of traces. */
  readonly isSampled: ((traceId: string) => boolean) | undefined
  /** For tasks without a timeout of their own, in seconds. */
  readonly defaultTimeoutSeconds: number
}

/** The call of a claimed execution, as it is sent. The last parameter is what is asked and told meanwhile. */
export function toOutgoing(
  { secrets, signingKeys, isSampled, defaultTimeoutSeconds }: OutgoingParts,
  claimed: Claimed,
  opened: OpenedCall,
  { keepsHeaders, maySend, began }: Required<Pick<OutgoingCall, 'keepsHeaders' | 'maySend' | 'began'>>,
): OutgoingCall {
  const { url, header, secretNames, tls } = opened
  const { names } = secrets
  const expect = claimed.extras?.expect
  return {
    method: claimed.method,
    url,
    header,
    staysWithOrigin: (name) => secretNames.has(name.toLowerCase()) || names.has(name),
    payload: claimed.payload,
    host: claimed.extras?.host,
    expect,
    hide: expect ? masking(opened) : undefined,
    identity: identityHeaders(claimed, isSampled),
    sign: (to, body) => signingKeys.sign(claimed.service_id, claimed.slot_id, to, body),
    ...(tls && { tls }),
    timeoutMs: (claimed.timeout_seconds ?? defaultTimeoutSeconds) * 1000,
    keepsHeaders,
    maySend,
    began,
  }
}
