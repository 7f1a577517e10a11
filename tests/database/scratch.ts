import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { resolveBinary } from 'dbmate'
import { connect } from '../../src/database/connect.ts'
import type { Sql } from '../../src/database/sql.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'
import { checkout } from '../support/process.ts'

/** A database of a test's own on the server of the tests. */
export interface Scratch {
  readonly url: string
  readonly sql: Sql
  drop(): Promise<void>
}

let made = 0

/** Makes an empty database. */
export async function emptyScratch(): Promise<Scratch> {
  const name = `duly_scratch_${process.pid}_${made++}`
  await sql.unsafe(`create database ${name} template template0`)
  const url = new URL(testDatabaseUrl)
  url.pathname = `/${name}`
  const own = connect(url.href, { max: 1, statementTimeoutSeconds: 20, name: 'duly test scratch' })
  return {
    url: url.href,
    sql: own,
    drop: async () => {
      await own.end({ timeout: 2 })
      await sql.unsafe(`drop database ${name} with (force)`)
    },
  }
}

let roles = 0

/** Makes a role that may use the tables of Duly in this database, those to come as well, and make none. */
export async function createRole({ url, sql }: Scratch): Promise<{ name: string; url: string; drop(): Promise<void> }> {
  const name = `duly_user_${process.pid}_${roles++}`
  await sql.unsafe(`
    create role ${name} login password 'of a test';
    revoke create on schema public from public;
    grant select, insert, update, delete on all tables in schema public to ${name};
    alter default privileges in schema public grant select, insert, update, delete on tables to ${name}`)
  const own = new URL(url)
  own.username = name
  own.password = 'of a test'
  return {
    name,
    url: own.href,
    drop: async () => {
      await sql.unsafe(`drop owned by ${name}; drop role ${name}`)
    },
  }
}

/** Runs dbmate with the migrations of this checkout; fails with what it said. */
export async function dbmate(url: string, verb: 'up' | 'down'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(
    resolveBinary(),
    ['--url', url, '--no-dump-schema', '--migrations-dir', join(checkout, 'db/migrations'), verb],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  child.on('error', reject)
  child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(said))))
  return promise
}
