import type { Sql } from '../../src/database/sql.ts'
import { as, child, kindAndContent, lastName, type Node, walk } from './tree.ts'

/** How much what a function returns depends on more than its arguments. */
export interface Volatility {
  /** Functions that return another value at each call. */
  readonly volatile: ReadonlySet<string>
  /** These, and functions that return the same within one statement only. */
  readonly mutable: ReadonlySet<string>
}

/** Functions of which PostgreSQL has several, when Duly's statements call one that is immutable. */
const calledAsImmutable = ['timezone', 'generate_series', 'date_part', 'extract']

/** Functions of which PostgreSQL has several, when Duly's statements call one that is stable. */
const calledAsStable = ['date_trunc']

/** Asks the database how its functions and those of Duly's migrations are declared. */
export async function readVolatility(sql: Sql): Promise<Volatility> {
  const rows = await sql<{ name: string; volatile: boolean; stable: boolean; immutable: boolean }[]>`
    select proname as name,
      bool_or(provolatile = 'v') as volatile,
      bool_or(provolatile = 's') as stable,
      bool_or(provolatile = 'i') as immutable
    from pg_proc
    group by proname`
  const certain = rows.filter(({ name, immutable }) => !(immutable && calledAsImmutable.includes(name)))
  const volatile = new Set(certain.filter((row) => row.volatile).map(({ name }) => name))
  const stable = certain.filter((row) => row.stable && (!row.immutable || calledAsStable.includes(row.name)))
  return { volatile, mutable: new Set([...volatile, ...stable.map(({ name }) => name)]) }
}

/** Functions whose results belong to a session or a transaction of one server. */
export const sessionFunction =
  /^(pg_(current_snapshot|current_xact_id|snapshot_|visible_in_snapshot|xact_)|txid_|pg_(try_)?advisory_)/

const isInterval = (node: Node | undefined): boolean => {
  const cast = as(node, 'TypeCast')
  if (cast) return lastName(child(cast, 'typeName'), 'names') === 'interval'
  const call = as(node, 'FuncCall')
  if (call) return lastName(call, 'funcname') === 'make_interval'
  const product = as(node, 'A_Expr')
  return (
    product !== undefined &&
    lastName(product, 'name') === '*' &&
    (isInterval(child(product, 'lexpr')) || isInterval(child(product, 'rexpr')))
  )
}

/** Whether a cast makes a time out of something that is not a parameter or a constant already. */
function isCastToTime(cast: Node): boolean {
  const inner = kindAndContent(child(cast, 'arg') ?? {})?.[0]
  return lastName(child(cast, 'typeName'), 'names') === 'timestamptz' && inner !== 'ParamRef' && inner !== 'A_Const'
}

/**
 * Returns the functions, casts and operators in an expression that are not immutable, without what stands in its subqueries.
 * The types of columns are not known here: of operators only those beside what is plainly an interval count, such as
 * `now() + interval '1 day'`, and of casts only those to timestamptz.
 */
export function mutableParts(node: unknown, { mutable }: Volatility): readonly string[] {
  const found: string[] = []
  walk(node, (kind, content) => {
    if (kind === 'SubLink') return false
    const name = kind === 'FuncCall' ? lastName(content, 'funcname') : ''
    if (mutable.has(name)) found.push(`${name}()`)
    if (kind === 'SQLValueFunction') found.push('current_timestamp')
    if (kind === 'TypeCast' && isCastToTime(content)) found.push('::timestamptz')
    const operator = kind === 'A_Expr' ? lastName(content, 'name') : ''
    const [left, right] = [child(content, 'lexpr'), child(content, 'rexpr')]
    if ((operator === '+' || operator === '-') && !isInterval(left) && isInterval(right))
      found.push(`${operator} interval`)
    return true
  })
  return [...new Set(found)]
}

/** Returns the names of the functions that an expression or a query calls. */
export function calledFunctions(node: unknown): readonly string[] {
  const found = new Set<string>()
  walk(node, (kind, content) => {
    if (kind === 'FuncCall') found.add(lastName(content, 'funcname'))
    return true
  })
  return [...found]
}
