import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { FieldError } from '../formats/field-error.ts'

/** What a TLS profile is made of, in PEM. */
export interface PemInput {
  readonly ca: string | null
  readonly certificate: string | null
  readonly private_key: string | null
}

/** What is stored of certificates besides their PEM. */
export interface CertificateFacts {
  readonly ca_expires_at: string | null
  readonly certificate_subject: string | null
  readonly certificate_expires_at: string | null
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g

/** The form of a valid PEM field. Its errors never contain what was sent. */
class PemFault extends Error {}

/**
 * Checks certificates and a key.
 * @param now ms since 1970, at which certificates must not have expired
 * @returns what is stored of them, or the errors, which contain nothing of the key
 */
export function readPem({ ca, certificate, private_key }: PemInput, now: number): CertificateFacts | FieldError[] {
  const errors: FieldError[] = []
  const at = <T>(path: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      errors.push({ path, message: error instanceof PemFault ? error.message : 'cannot be read as PEM' })
      return undefined
    }
  }
  const authorities = ca === null ? undefined : at('/ca', () => readAuthorities(ca, now))
  const chain = certificate === null ? undefined : at('/certificate', () => readChain(certificate, now))
  const key = private_key === null ? undefined : at('/private_key', () => readKey(private_key))
  if (certificate !== null && private_key === null)
    errors.push({ path: '/private_key', message: 'is required with certificate: send the key that belongs to it' })
  if (certificate === null && private_key !== null)
    errors.push({ path: '/certificate', message: 'is required with private_key: send the certificate of the key' })
  if (ca === null && certificate === null && private_key === null)
    errors.push({ path: '/ca', message: 'or certificate is required: a profile needs one of the two' })
  const [leaf] = chain ?? []
  if (leaf && key && !leaf.checkPrivateKey(key))
    errors.push({ path: '/private_key', message: 'does not belong to the first certificate in certificate' })
  if (errors.length === 0 && !canBeUsed({ ca, certificate, private_key }))
    errors.push({ path: certificate === null ? '/ca' : '/certificate', message: 'cannot be used for TLS connections' })
  if (errors.length > 0) return errors
  return {
    ca_expires_at: authorities ? new Date(Math.max(...authorities.map(expiry))).toISOString() : null,
    certificate_subject: leaf ? leaf.subject.split('\n').join(', ') : null,
    certificate_expires_at: leaf ? new Date(expiry(leaf)).toISOString() : null,
  }
}

function readAuthorities(text: string, now: number): X509Certificate[] {
  const certificates = readCertificates(text)
  if (certificates.every((certificate) => expiry(certificate) <= now))
    throw new PemFault(`has expired, on ${dateOf(certificates[0] as X509Certificate)}: send a newer one`)
  return certificates
}

function readChain(text: string, now: number): X509Certificate[] {
  const certificates = readCertificates(text)
  const [leaf] = certificates as [X509Certificate]
  if (expiry(leaf) <= now) throw new PemFault(`has expired, on ${dateOf(leaf)}: send a newer one`)
  return certificates
}

function readCertificates(text: string): X509Certificate[] {
  const blocks = blocksOf(text)
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY')))
    throw new PemFault('contains a private key: send that in private_key only')
  const certificates = blocks.filter(({ label }) => /^(X509 |TRUSTED )?CERTIFICATE$/.test(label))
  if (certificates.length === 0 || certificates.length < blocks.length)
    throw new PemFault('must be one or more certificates in PEM: -----BEGIN CERTIFICATE----- …')
  return certificates.map(({ pem }, index) => {
    try {
      return new X509Certificate(pem)
    } catch {
      throw new PemFault(`has a certificate that cannot be read, the ${index + 1}. in its order`)
    }
  })
}

function readKey(text: string): KeyObject {
  const keys = blocksOf(text).filter(({ label }) => label.endsWith('PRIVATE KEY'))
  const [key] = keys
  if (key === undefined || keys.length > 1)
    throw new PemFault('must be one private key in PEM: -----BEGIN PRIVATE KEY----- …')
  if (key.label.startsWith('ENCRYPTED') || key.pem.includes('ENCRYPTED'))
    throw new PemFault('is protected by a passphrase: send it without one, as openssl pkey -in FILE writes it')
  try {
    return createPrivateKey(key.pem)
  } catch {
    throw new PemFault('has a private key that cannot be read')
  }
}

const blocksOf = (text: string) => [...text.matchAll(block)].map(([pem, label = '']) => ({ pem, label }))

const expiry = (certificate: X509Certificate): number => Date.parse(certificate.validTo)

const dateOf = (certificate: X509Certificate): string => new Date(expiry(certificate)).toISOString().slice(0, 10)

/** Whether a connection could be made with it: Bun refuses some keys only then. */
function canBeUsed({ ca, certificate, private_key }: PemInput): boolean {
  try {
    createSecureContext({
      ...(ca === null ? {} : { ca }),
      ...(certificate === null ? {} : { cert: certificate, key: private_key as string }),
    })
    return true
  } catch {
    return false
  }
}
