import { commandLine } from '../../src/audit/actor.ts'
import { createOperatorToken, hashToken } from '../../src/services/credentials.ts'
import { insertOperatorToken } from '../../src/services/operator-tokens.ts'
import { sql } from './database.ts'

/** Creates the token of an operator. */
export async function createOperator(name: string = crypto.randomUUID()): Promise<string> {
  const token = createOperatorToken()
  const row = { id: Bun.randomUUIDv7(), name, hash: hashToken(token), seconds: null }
  await insertOperatorToken(sql, row, commandLine())
  return token
}
