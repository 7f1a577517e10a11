import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from '../../src/database/connect.ts'
import { faultOf } from '../../src/database/fault.ts'
import { sql, testDatabaseUrl } from '../support/database.ts'

const conflicting = connect(testDatabaseUrl, { max: 1, statementTimeoutSeconds: 5, name: 'duly test conflicts' })
beforeAll(async () => {
  await sql.unsafe(`
    create sequence conflict_tries;
    create function conflict(code text, times integer) returns bigint language plpgsql as $$
    declare tried bigint := nextval('conflict_tries');
    begin
      if tried <= times then raise exception 'a conflict' using errcode = code; end if;
      return tried;
    end $$`)
})
afterAll(async () => {
  await sql.unsafe('drop function conflict; drop sequence conflict_tries')
  await conflicting.end({ timeout: 0 })
})

const thrownWith = (code: string) =>
  sql.unsafe(`do $$ begin raise exception 'thrown' using errcode = '${code}'; end $$`).then(
    () => undefined,
    (error) => error,
  )

test.each([
  ...['22003', '22P02', '22021', '23505', '23503', '21000', 'P0001', '54000'].map((code) => [code, 'row']),
  ...['42501', '42P01', '42703', '42883', '42P07', '3F000', '0A000', '25006', '25P02', '28000', '28P01', '3D000'].map(
    (code) => [code, 'database'],
  ),
  ...['53100', '53200', '53300', '53400', '55000', '55006', '55P03', '57014', '57P03', '58030', '40001', '40P01'].map(
    (code) => [code, 'database'],
  ),
  ...['F0000', '24000', '08P01', '2D000', '38000', '99999'].map((code) => [code, 'database']),
  ...['XX000', 'XX001', '23502', '42601', '54001'].map((code) => [code, 'unclear']),
])('the cause of %s is: %s', async (code, fault) => {
  expect(faultOf(await thrownWith(code as string))).toBe(fault as never)
})

test('a missing partition is a fault of the database, a violated constraint one of the row', async () => {
  await sql.unsafe(`
    create table parted (day integer, constraint parted_day_positive check (day > 0)) partition by range (day);
    create table parted_first partition of parted for values from (0) to (10)`)
  const fault = async (day: number) => sql`insert into parted values (${day})`.then(() => 'none', faultOf)
  expect([await fault(5), await fault(11), await fault(-1), await fault(0)]).toEqual([
    'none',
    'database',
    'database',
    'row',
  ])
  await sql.unsafe('drop table parted')
})

test('an error of a connection is a fault of the database, one of a file is not', () => {
  const fault = (fields: object) => faultOf(Object.assign(new Error('of the system'), fields))
  expect(fault({ code: 'EMFILE', syscall: 'connect' })).toBe('database')
  expect(fault({ code: 'EACCES', syscall: 'connect', path: '/run/postgresql/.s.PGSQL.5432' })).toBe('database')
  expect(fault({ code: 'EACCES', syscall: 'open', path: '/data/secret-keys.json' })).toBe('unclear')
})

test.each([new TypeError('of this program'), undefined, { code: 23 }, { code: 'ERR_INVALID_ARG_TYPE' }])(
  'an error that is not one of the database is unclear',
  (error) => expect(faultOf(error)).toBe('unclear'),
)

test.each(['40001', '40P01'])(
  'a statement that fails with %s is sent again, and returns the result of the last attempt',
  async (code) => {
    await sql`alter sequence conflict_tries restart`
    const part = conflicting`${2}::integer`
    const [row] = await conflicting<{ tries: number }[]>`select conflict(${code}, ${part}) as tries`
    expect(row?.tries).toBe(3)
  },
)

test('a persistent conflict is thrown in the end, and other errors at once', async () => {
  const tries = async (code: string) => {
    await sql`alter sequence conflict_tries restart`
    await expect(conflicting`select conflict(${code}, 100)`.then(String)).rejects.toThrow('a conflict')
    const [row] = await sql<{ last_value: number }[]>`select last_value from conflict_tries`
    return row?.last_value
  }
  expect([await tries('40001'), await tries('42501')]).toEqual([4, 1])
})
