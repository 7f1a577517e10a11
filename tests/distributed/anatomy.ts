import { kindOf, placeColumn } from './tables.ts'
import { as, child, list, type Node } from './tree.ts'

/** Something in the from clause of a query, or the table that it changes. */
export interface Range {
  readonly alias: string
  /** The table, unless it is a CTE, a subquery or a function. */
  readonly table?: string
  /** Whether it is a subquery in the from clause, whose conditions reach what it is joined with. */
  readonly derived?: boolean
  readonly level: Level
}

/** A query, or a part of one that has a from clause of its own. */
export interface Level {
  readonly kind: 'select' | 'insert' | 'update' | 'delete'
  readonly node: Node
  /** The query whose rows it may refer to: one around it that is not merely one that it is a CTE of. */
  readonly scope?: Level
  /** Whether it is part of a query that writes. */
  readonly inWrite: boolean
  readonly ranges: Range[]
  /** The names of the CTEs in which it stands, from the outermost. */
  readonly ctes: readonly string[]
  /** Whether one of those is recursive. */
  readonly recursive: boolean
  /** Whether it stands in a lateral subquery with a limit. */
  readonly limited: boolean
  /** Whether it stands in an expression, or is lateral, and refers to a query around it. */
  correlated: boolean
}

/** How the services are known whose rows of a table a query takes. */
export type Bound =
  /** By a parameter, or by a column that equals one in every row. */
  | 'named'
  /** By the rows of a CTE, of a function, or of a list of values. */
  | 'rows'
  /** Not at all. */
  | 'none'

/** A statement taken apart. */
export interface Anatomy {
  readonly levels: readonly Level[]
  readonly bound: (range: Range) => Bound
  readonly modifies: boolean
  readonly locks: boolean
}

/** The kind of each query, by the kind of its node. */
export const statementKinds: Readonly<Record<string, Level['kind']>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
}

/** Whether a node is a query of its own. */
export const isQuery = (kind: string): boolean => kind in statementKinds

/** Whether each row has the same value of an expression: a parameter, a constant, or a cast of one. */
export function isConstant(node: Node | undefined): boolean {
  if (node === undefined) return false
  if (as(node, 'ParamRef') || as(node, 'A_Const')) return true
  const cast = as(node, 'TypeCast')
  if (cast) return isConstant(child(cast, 'arg'))
  const array = as(node, 'A_ArrayExpr')
  if (array) return list(array, 'elements').every(isConstant)
  const values = as(node, 'List')
  return values !== undefined && list(values, 'items').every(isConstant)
}

/**
 * The range of a column without a prefix. Which columns CTEs and subqueries have is not known here, so it is guessed: a table
 * that is distributed by a column of that name, else the only CTE or function, else the only subquery.
 */
export function only(ranges: readonly Range[], column: string): Range | undefined {
  const tables = ranges.filter(({ table }) => table && kindOf(table) === 'distributed' && placeColumn(table) === column)
  if (tables[0]) return tables[0]
  const rows = ranges.filter(({ table, derived }) => !table && !derived)
  const likely = rows.length > 0 ? rows : ranges.filter(({ derived }) => derived)
  return likely.length === 1 ? likely[0] : undefined
}
