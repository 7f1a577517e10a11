import { Webhook } from 'standardwebhooks'
import { placeOf } from '../../src/secrets/sealed-columns.ts'
import { createSecret } from '../../src/signing/sign.ts'
import { sql } from './database.ts'
import { secrets } from './secrets.ts'
import type { Sent } from './target.ts'

/** Writes a signing key straight into the database, which the API does with a wait. Returns its id and secret. */
export async function insertSigningKey(
  serviceId: string,
  key: { target?: string | null; expires_at?: string | null; created_at?: string; under?: typeof secrets } = {},
): Promise<{ id: string; secret: string }> {
  const { target = null, expires_at = null, created_at = new Date().toISOString(), under = secrets } = key
  const id = Bun.randomUUIDv7()
  const secret = createSecret()
  const sealed = under.sealText(placeOf('signing_key', serviceId, id), secret)
  await sql`
    insert into signing_key (service_id, id, target, sealed, created_at, expires_at)
    values (${serviceId}, ${id}, ${target}, ${sealed}, ${created_at}, ${expires_at})`
  return { id, secret }
}

/** Whether the library of Standard Webhooks verifies a request with a secret. */
export function verifies({ headers, body }: Pick<Sent, 'headers' | 'body'>, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, Object.fromEntries(headers))
    return true
  } catch (error) {
    // A body that is no JSON was verified before it is parsed.
    return error instanceof SyntaxError
  }
}

/** How many signatures a request has. */
export const signaturesOf = ({ headers }: Pick<Sent, 'headers'>): number =>
  headers.get('webhook-signature')?.split(' ').length ?? 0
