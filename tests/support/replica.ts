import type { Account } from './app.ts'
import { testDatabaseUrl } from './database.ts'
import { secretKey } from './secrets.ts'
import { type Service, type ServiceOptions, startService } from './service.ts'

export interface ReplicaOptions {
  /** The test database's own address unless it goes through a proxy. */
  readonly databaseUrl?: string
  readonly env?: Readonly<Record<string, string>>
  /** A module that is loaded before the service. */
  readonly preload?: string
}

/** A process of the service on the test database; its API answers to the account. */
export async function startReplica(account: Account, options: ReplicaOptions = {}): Promise<Service> {
  return Object.assign(await startService(replicaOptions(account, options)), { id: account.id, token: account.token })
}

/** What `startReplica` starts, for tests that look at the start itself. */
export function replicaOptions(account: Account, { databaseUrl, env, preload }: ReplicaOptions = {}): ServiceOptions {
  return {
    command: ['bun', ...(preload ? ['--preload', preload] : []), 'src/cli/commands/main.ts', 'serve'],
    env: {
      DATABASE_URL: databaseUrl ?? testDatabaseUrl,
      SERVICE_ID: account.id,
      SERVICE_TOKEN: account.token,
      SECRET_KEY: secretKey,
      BUN_CONFIG_MAX_HTTP_REQUESTS: '2048',
      ...env,
    },
  }
}
