import { expect } from 'bun:test'
import { readConfig } from '../../src/config/config.ts'
import { ConfigError } from '../../src/config-error.ts'

/** The sentence with which these settings are refused. */
export function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error(`Taken: ${JSON.stringify(env)}`)
}
