import {
  type Anatomy,
  type Bound,
  isConstant,
  isQuery,
  type Level,
  only,
  type Range,
  statementKinds,
} from './anatomy.ts'
import { Classes } from './classes.ts'
import { placeColumn, wholeTable } from './tables.ts'
import { as, child, columnName, kindAndContent, lastName, list, type Node, texts, walk } from './tree.ts'

type Place = Pick<Level, 'ctes' | 'recursive' | 'limited' | 'inWrite'> & { readonly scope?: Level }

/** The columns by which tables are distributed, and those that stand for them. */
const placeColumns = ['service_id', 'id']

/** Takes a statement apart: its queries, their tables, and for which services they take rows. */
export class Anatomist {
  readonly #classes = new Classes<string>()
  readonly #levels: Level[] = []
  readonly #ids = new Map<Level, number>()
  /** Names of CTEs, which hide tables of the same name. */
  readonly #ctes = new Set<string>()

  /** Returns the anatomy of a statement. */
  examine(statement: Node): Anatomy {
    walk(statement, (kind, node) => {
      if (kind === 'CommonTableExpr') this.#ctes.add(node.ctename as string)
      return true
    })
    const found = kindAndContent(statement)
    const outside = { ctes: [], recursive: false, limited: false, inWrite: false }
    if (found && isQuery(found[0])) this.#enter(...found, outside)
    return {
      levels: this.#levels,
      bound: (range) => this.#bound(range),
      modifies: this.#levels.some(({ kind }) => kind !== 'select'),
      locks: this.#levels.some(({ node }) => list(node, 'lockingClause').length > 0),
    }
  }

  #bound(range: Range): Bound {
    const key = this.#key(range, placeColumn(range.table ?? ''))
    if (this.#classes.same(key, 'constant')) return 'named'
    return this.#classes.members(key).some((member) => member.startsWith('rows:')) ? 'rows' : 'none'
  }

  #key({ alias, table, derived, level }: Range, column: string): string {
    return `${table || derived ? 'column' : 'rows'}:${this.#ids.get(level)}:${alias}.${column}`
  }

  #enter(kind: string, node: Node, place: Place): Level {
    const of = statementKinds[kind] ?? 'select'
    const inWrite = place.inWrite || of !== 'select'
    const level: Level = { ...place, kind: of, node, ranges: [], inWrite, correlated: false }
    this.#ids.set(level, this.#levels.length)
    this.#levels.push(level)
    const within = child(node, 'withClause')
    for (const cte of list(within, 'ctes').map((each) => as(each, 'CommonTableExpr'))) {
      const inner = kindAndContent(child(cte, 'ctequery') ?? {})
      const ctes = [...place.ctes, cte?.ctename as string]
      if (inner) this.#enter(...inner, { ...place, ctes, recursive: within?.recursive === true })
    }
    const target = child(node, 'relation')
    if (target) this.#addTable(level, target)
    for (const item of [...list(node, 'fromClause'), ...list(node, 'usingClause')]) this.#addItem(level, item)
    for (const side of ['larg', 'rarg'] as const) {
      const part = child(node, side)
      if (part) this.#enter('SelectStmt', part, { ...place, inWrite })
    }
    if (of === 'insert') this.#insert(level)
    this.#condition(level, child(node, 'whereClause'))
    const { withClause: _w, fromClause: _f, usingClause: _u, larg: _l, rarg: _r, selectStmt: _s, ...rest } = node
    this.#subqueries(level, rest)
    return level
  }

  #addTable(level: Level, node: Node): void {
    const name = node.relname as string
    const alias = (child(node, 'alias')?.aliasname as string | undefined) ?? name
    const table = this.#ctes.has(name) ? undefined : wholeTable(name)
    level.ranges.push({ alias, level, ...(table ? { table } : {}) })
  }

  #addItem(level: Level, item: Node): void {
    const found = kindAndContent(item)
    if (found === undefined) return
    const [kind, node] = found
    const alias = (child(node, 'alias')?.aliasname as string | undefined) ?? ''
    if (kind === 'RangeVar') this.#addTable(level, node)
    else if (kind === 'JoinExpr') this.#join(level, node)
    else if (kind === 'RangeSubselect') {
      const inner = kindAndContent(child(node, 'subquery') ?? {})
      const limited = level.limited || (node.lateral === true && inner?.[1].limitCount !== undefined)
      const sub = inner && this.#enter(...inner, { ...inside(level), limited })
      const range = { alias, level, derived: true }
      level.ranges.push(range)
      if (sub) this.#outputs(range, sub, texts(child(node, 'alias'), 'colnames'))
    } else {
      level.ranges.push({ alias: alias || kind, level })
      this.#subqueries(level, node)
    }
  }

  /** Notes what the columns of a subquery are equal to. */
  #outputs(range: Range, sub: Level, names: readonly string[]): void {
    for (const [index, each] of list(sub.node, 'targetList').entries()) {
      const target = as(each, 'ResTarget')
      const value = child(target, 'val')
      const column = columnName(value)
      if (column?.at(-1) === '*') {
        const of = column.slice(0, -1)
        for (const name of placeColumns) this.#equate(this.#key(range, name), this.#find(sub, [...of, name]))
        continue
      }
      const name = names[index] ?? (target?.name as string | undefined) ?? column?.at(-1)
      if (name) this.#equate(this.#key(range, name), this.#resolve(sub, value))
    }
  }

  #join(level: Level, node: Node): void {
    const before = level.ranges.length
    for (const side of ['larg', 'rarg'] as const) this.#addItem(level, child(node, side) ?? {})
    const joined = level.ranges.slice(before)
    for (const column of texts(node, 'usingClause'))
      for (const range of joined) this.#equate(this.#key(range, column), this.#key(joined[0] as Range, column))
    this.#condition(level, child(node, 'quals'))
    this.#subqueries(level, child(node, 'quals'))
  }

  /** The key of what a value is equal to in every row: a column, or a constant. */
  #resolve(level: Level, value: Node | undefined): string | undefined {
    if (isConstant(value)) return 'constant'
    const cast = as(value, 'TypeCast')
    const name = columnName(cast ? child(cast, 'arg') : value)
    return name && this.#find(level, name)
  }

  /** The key of a column, as a query names it. */
  #find(level: Level, name: readonly string[]): string | undefined {
    const column = name.at(-1) ?? ''
    for (let at: Level | undefined = level; at; at = at.scope) {
      const range = name.length > 1 ? at.ranges.find(({ alias }) => alias === name.at(-2)) : only(at.ranges, column)
      if (!range) continue
      for (let from = level; from !== at && from.scope; from = from.scope) from.correlated = true
      return this.#key(range, column)
    }
    return undefined
  }

  #equate(left: string | undefined, right: string | undefined): void {
    if (left && right) this.#classes.unite(left, right)
  }

  /** Takes what holds for every row out of a condition. */
  #condition(level: Level, node: Node | undefined): void {
    const bool = as(node, 'BoolExpr')
    if (bool?.boolop === 'AND_EXPR') for (const each of list(bool, 'args')) this.#condition(level, each)
    const compared = as(node, 'A_Expr')
    const kind = compared?.kind
    const equal = compared && lastName(compared, 'name') === '='
    if (compared && equal && (kind === 'AEXPR_OP' || kind === 'AEXPR_OP_ANY' || kind === 'AEXPR_IN'))
      this.#compare(level, child(compared, 'lexpr'), level, child(compared, 'rexpr'))
  }

  #compare(level: Level, left: Node | undefined, other: Level, right: Node | undefined): void {
    const [some, others] = [as(left, 'RowExpr'), as(right, 'RowExpr')]
    if (some && others) {
      const values = list(others, 'args')
      for (const [index, each] of list(some, 'args').entries()) this.#compare(level, each, other, values[index])
    } else this.#equate(this.#resolve(level, left), this.#resolve(other, right))
  }

  /** Enters the subqueries in expressions. */
  #subqueries(level: Level, node: unknown): void {
    walk(node, (kind, content) => {
      if (kind === 'SubLink') {
        this.#subqueries(level, child(content, 'testexpr'))
        const inner = kindAndContent(child(content, 'subselect') ?? {})
        if (!inner) return false
        const sub = this.#enter(...inner, inside(level))
        if (content.subLinkType !== 'ANY_SUBLINK') return false
        const values = list(inner[1], 'targetList').map((each) => child(as(each, 'ResTarget'), 'val'))
        const tested = child(content, 'testexpr')
        for (const [index, each] of (tested ? rowOf(tested) : []).entries())
          this.#compare(level, each, sub, values[index])
        return false
      }
      return !isQuery(kind)
    })
  }

  /** Compares the column of the target with what is inserted into it. */
  #insert(level: Level): void {
    const [range] = level.ranges
    const source = kindAndContent(child(level.node, 'selectStmt') ?? {})
    if (!range || !source) return
    const from = this.#enter(...source, { ...inside(level), scope: level.scope })
    const columns = list(level.node, 'cols').map((each) => child(each, 'ResTarget')?.name as string)
    const at = columns.indexOf(placeColumn(range.table ?? ''))
    if (at < 0) return
    const key = this.#key(range, columns[at] as string)
    const rows = list(from.node, 'valuesLists').map((each) => list(as(each, 'List'), 'items')[at])
    if (rows.length > 0) {
      if (rows.length === 1) this.#equate(key, this.#resolve(from, rows[0]))
      else this.#equate(key, 'rows:values')
      return
    }
    const value = child(as(list(from.node, 'targetList')[at], 'ResTarget'), 'val')
    this.#equate(key, this.#resolve(from, value))
  }
}

const inside = (level: Level): Place => {
  const { ctes, recursive, limited, inWrite } = level
  return { ctes, recursive, limited, inWrite, scope: level }
}

const rowOf = (node: Node): readonly Node[] => {
  const row = as(node, 'RowExpr')
  return row ? list(row, 'args') : [node]
}
