import { readFileSync } from 'node:fs'

const pem = (name: string) => readFileSync(new URL(`certificates/${name}`, import.meta.url), 'utf8')

/** Signed the certificate of `server`, which is for localhost. */
export const authority: string = pem('authority.crt')
/** Signed the certificate of `client`. */
export const clientAuthority: string = pem('clients.crt')
/** An authority that signed neither. */
export const otherAuthority: string = pem('stranger.crt')
export const server = { cert: pem('server.crt'), key: pem('server.key') } as const
export const client = { cert: pem('client.crt'), key: pem('client.key') } as const
/** A client certificate of another authority than that of `client`. */
export const strangerClient = { cert: pem('stranger-client.crt'), key: pem('stranger-client.key') } as const
