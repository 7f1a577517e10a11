import { checkResult } from '../check-result.ts'
import type { Reference } from '../text.ts'
import { writeText } from '../write-text.ts'
import { importCronJobs } from './import-cronjobs.ts'
import type { InputFile } from './read-manifests.ts'
import type { StoredSecret } from './read-secrets.ts'

/** A named secret that tasks refer to. */
export interface UsedSecret {
  readonly name: string
  /** Its value is the base64 of this text, which refers to other secrets: `${secret.SHOP_API_USER}:${secret.SHOP_API_PASSWORD}`. */
  readonly basicOf?: string
}

/** Finds the named secrets that files refer to: tasks files, and manifests with the CronJobs that were imported. */
export function usedSecrets(files: readonly InputFile[], options: { readonly namespace?: string } = {}): UsedSecret[] {
  const used = new Map<string, UsedSecret>()
  for (const secret of checkResult(importCronJobs(files, options)).secrets) used.set(secret.name, usedOf(secret))
  for (const { text } of files) {
    const lines = text.split('\n')
    for (const line of lines.filter((one) => !/^\s*#/.test(one)))
      for (const [, name] of line.matchAll(/\$\{secret\.([A-Za-z0-9_][A-Za-z0-9_-]{0,63})\}/g))
        if (!used.has(name as string)) used.set(name as string, { name: name as string })
    // The list at the end of a tasks file.
    for (const line of lines) {
      const [, name, basicOf] = /^#\s+([A-Za-z0-9_][A-Za-z0-9_-]{0,63}): base64 of (\S.*)$/.exec(line) ?? []
      if (name !== undefined && basicOf !== undefined && used.has(name))
        used.set(name, { name, basicOf: basicOf.trim() })
    }
  }
  return [...used.values()]
}

const usedOf = ({ name, basicOf }: Reference): UsedSecret => ({
  name,
  ...(basicOf === undefined ? {} : { basicOf: writeText(basicOf) }),
})

/** A named secret to set, or why it cannot be set. */
export interface SecretToSet {
  readonly name: string
  readonly from: string
  readonly value?: string
  readonly problem?: string
}

/**
 * Joins secrets of a cluster with those that tasks refer to. Without `used`, all secrets of the cluster are to be set.
 * @param variables what variables in the base64 of user and password stand for
 */
export function secretsToSet(
  stored: readonly StoredSecret[],
  used?: readonly UsedSecret[],
  variables: Readonly<Record<string, string | undefined>> = {},
): SecretToSet[] {
  const find = (name: string) =>
    stored.find((one) => one.name === name) ?? stored.find((one) => one.otherNames.includes(name))
  if (!used) return stored.map(({ name, from, value, problem }) => pick(name, from, value, problem))
  return used.map(({ name, basicOf }) => {
    if (basicOf !== undefined) return joined(name, basicOf, find, variables)
    const found = find(name)
    return found
      ? pick(name, found.from, found.value, found.problem)
      : { name, from: 'not in the input', problem: 'is in none of the Secrets' }
  })
}

const pick = (name: string, from: string, value?: string, problem?: string): SecretToSet => ({
  name,
  from,
  ...(value === undefined ? { problem: problem ?? 'has no value' } : { value }),
})

/** Computes a secret that is the base64 of others, such as `user:password`. */
function joined(
  name: string,
  basicOf: string,
  find: (name: string) => StoredSecret | undefined,
  variables: Readonly<Record<string, string | undefined>>,
): SecretToSet {
  const missing: string[] = []
  const text = basicOf.replace(/\$\$\{|\$\{(secret\.)?([\w-]+)\}/g, (whole, isSecret?: string, part?: string) => {
    if (whole === '$${') return '${'
    const value = isSecret ? find(part as string)?.value : variables[part as string]
    if (value === undefined) missing.push(part as string)
    return value ?? ''
  })
  const from = `base64 of ${basicOf}`
  if (missing.length > 0)
    return { name, from, problem: `needs ${missing.join(' and ')}, which neither the Secrets nor the environment have` }
  return { name, from, value: Buffer.from(text).toString('base64') }
}
