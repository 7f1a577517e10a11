import { type Anatomy, isQuery, type Level, type Range } from './anatomy.ts'
import { calledFunctions, mutableParts, sessionFunction, type Volatility } from './functions.ts'
import { kindOf, placeColumn } from './tables.ts'
import { child, columnName, list, type Node, walk } from './tree.ts'

/** A shape of statements that Citus refuses or runs in another way than PostgreSQL. */
export interface Rule {
  /** What Citus does, as far as it is known. */
  readonly refused: string
  /** The shape that runs on both. */
  readonly instead: string
  /** Returns what in a statement has that shape. */
  readonly find: (statement: Anatomy, volatility: Volatility) => readonly string[]
}

const isDistributed = ({ table }: Range): boolean => table !== undefined && kindOf(table) === 'distributed'
const distributedIn = (level: Level): readonly Range[] => level.ranges.filter(isDistributed)
const nameOf = ({ table, alias }: Range): string => (alias === table ? alias : `${table} ${alias}`)
const ranges = ({ levels }: Anatomy): readonly Range[] => levels.flatMap((level) => level.ranges)
const touchesDistributed = (statement: Anatomy): boolean => ranges(statement).some(isDistributed)
const writes = (level: Level): boolean => level.kind !== 'select'

/** Tables among `levels` that are not named, with the column that is missing. */
const unnamed = ({ bound }: Anatomy, levels: readonly Level[], how: readonly string[]): readonly string[] =>
  levels
    .flatMap(distributedIn)
    .filter((range) => how.includes(bound(range)))
    .map((range) => `${nameOf(range)}.${placeColumn(range.table ?? '')}`)

/** The nodes of a level itself, without its subqueries and CTEs. */
function own(level: Level, visit: (kind: string, content: Node) => boolean): void {
  walk(level.node, (kind, content) => !isQuery(kind) && kind !== 'CommonTableExpr' && visit(kind, content))
}

/** Names of the columns of a kind that each level mentions. */
function columns(statement: Anatomy, wanted: (name: string) => boolean): readonly string[] {
  const found = new Set<string>()
  for (const level of statement.levels)
    own(level, (kind, content) => {
      const name = kind === 'ColumnRef' ? columnName({ ColumnRef: content }) : undefined
      if (name && wanted(name.at(-1) ?? '')) found.add(name.join('.'))
      return true
    })
  return [...found]
}

/** Calls in the statement of functions of these names. */
const calls = ({ levels }: Anatomy, wanted: (name: string) => boolean): readonly string[] => [
  ...new Set(levels.flatMap(({ node }) => calledFunctions(node)).filter(wanted)),
]

const systemColumns = ['xmin', 'xmax', 'cmin', 'cmax', 'xid']

/** The rules, by name: what a trial on Citus 13.2 has shown, and what Citus's own issues and sources say. */
export const rules: Readonly<Record<string, Rule>> = {
  'unnamed table beside a write': {
    refused:
      'A statement that modifies or locks rows runs on one node only if each distributed table in it is bound by its service_id. ' +
      'Otherwise Citus refuses it ("complex joins", "could not run distributed query") or splits it into pieces with two-phase ' +
      'commit; which of the two is not settled for each statement.',
    instead: 'Bind the table: `service_id = $1`, `= any($1)`, or a join by service_id with a table that is bound.',
    find: (statement) => (statement.modifies || statement.locks ? unnamed(statement, statement.levels, ['none']) : []),
  },
  'table named by rows beside a write': {
    refused:
      'The service_id of the table equals one of a CTE, a function or a list of values. Citus knows the node only from a ' +
      'parameter, so a statement that modifies or locks rows is refused, or runs in pieces with two-phase commit; which of the ' +
      'two is not settled for each statement.',
    instead: 'Also bind the table by a parameter: `service_id = $1` or `= any($1)`.',
    find: (statement) => (statement.modifies || statement.locks ? unnamed(statement, statement.levels, ['rows']) : []),
  },
  'lock on an unnamed table': {
    refused:
      '"could not run distributed query with FOR UPDATE/SHARE commands" (citusdata/citus#4647), with and without skip locked, ' +
      'if a distributed table of the same query is not bound by a parameter.',
    instead: 'Bind each table of the query that locks: `service_id = $1` or `= any($1)`.',
    find: (statement) =>
      unnamed(
        statement,
        statement.levels.filter(({ node }) => list(node, 'lockingClause').length > 0),
        ['none', 'rows'],
      ),
  },
  'recursive CTE over an unnamed table': {
    refused: '"recursive CTEs are only supported when they contain a filter on the distribution column".',
    instead: 'Bind each table in the CTE: `service_id = $1` or `= any($1)`.',
    find: (statement) =>
      unnamed(
        statement,
        statement.levels.filter(({ recursive }) => recursive),
        ['none', 'rows'],
      ),
  },
  'lateral subquery with a limit over an unnamed table': {
    refused: 'A limit in a lateral subquery is refused where it takes the rows of several nodes.',
    instead: 'Bind the table in the subquery by a parameter, or send a statement for each service.',
    find: (statement) =>
      unnamed(
        statement,
        statement.levels.filter(({ limited }) => limited),
        ['none', 'rows'],
      ),
  },
  'correlated subquery over an unnamed table': {
    refused: '"correlated subqueries are not supported when the FROM clause contains a CTE or subquery".',
    instead: 'Bind the table in the subquery: `execution.service_id = $1`.',
    find: (statement) =>
      unnamed(
        statement,
        statement.levels.filter(({ correlated }) => correlated),
        ['none', 'rows'],
      ),
  },
  'insert in a CTE': {
    refused: 'The trial saw INSERT refused in a CTE of a statement over distributed tables.',
    instead: 'A statement of its own in the same transaction, or the insert at the top with the rest in its CTEs.',
    find: (statement) =>
      touchesDistributed(statement)
        ? statement.levels
            .filter(({ kind, ctes }) => kind === 'insert' && ctes.length > 0)
            .map((level) => `${level.ctes.at(-1)} inserts into ${level.ranges[0]?.table}`)
        : [],
  },
  'volatile function in a CTE or a select of a write': {
    refused:
      'Citus does not take volatile functions in the CTEs of a modification, nor in its select, because it would have to ' +
      'call them on several nodes.',
    instead: 'A parameter made by Duly, such as Bun.randomUUIDv7().',
    find: (statement, { volatile }) =>
      statement.modifies && touchesDistributed(statement)
        ? [
            ...new Set(
              statement.levels
                .filter((level) => level.ctes.length > 0 || (level.kind === 'select' && level.inWrite))
                .flatMap(({ node }) => calledFunctions(node))
                .filter((name) => volatile.has(name)),
            ),
          ]
        : [],
  },
  ctid: {
    refused:
      'A ctid is one of a shard, and means nothing beside the rows of another. The trial saw it refused in claims, and work ' +
      'where a statement takes the rows of one shard: where exactly is not settled.',
    instead: 'The primary key.',
    find: (statement) => (touchesDistributed(statement) ? columns(statement, (name) => name === 'ctid') : []),
  },
  tableoid: {
    refused:
      'It names the shard on the node, which the coordinator does not know: relation "execution_…_102074" does not exist.',
    instead: 'Name the partition from created_at.',
    find: (statement) => (touchesDistributed(statement) ? columns(statement, (name) => name === 'tableoid') : []),
  },
  'simple case': {
    refused: 'Citus sends `case x when y` to its nodes as `case x when null::boolean`: it is not refused, and wrong.',
    instead: '`case when x = y`.',
    find: (statement) => {
      let count = 0
      if (touchesDistributed(statement))
        for (const level of statement.levels)
          own(level, (kind, content) => {
            if (kind === 'CaseExpr' && content.arg !== undefined) count++
            return true
          })
      return count > 0 ? [`${count} of them`] : []
    },
  },
  'mutable function in case or coalesce of a write': {
    refused:
      '"non-IMMUTABLE functions are not allowed in CASE or COALESCE statements". Also casts to timestamptz, and a time ± an ' +
      'interval.',
    instead: 'Compute it in a materialized CTE of the statement, or pass it as a parameter.',
    find: (statement, volatility) =>
      writing(statement).flatMap((level) => {
        const found: string[] = []
        own(level, (kind, content) => {
          if (kind !== 'CaseExpr' && kind !== 'CoalesceExpr') return true
          found.push(...mutableParts(content, volatility))
          return false
        })
        return found
      }),
  },
  'mutable function in returning': {
    refused:
      '"non-IMMUTABLE functions are not allowed in the RETURNING clause". Also casts to timestamptz, and a time ± an interval.',
    instead: 'Return the columns, and compute in a query around the statement.',
    find: (statement, volatility) =>
      writing(statement).flatMap(({ node }) =>
        mutableParts(child(node, 'returningList') ?? node.returningList, volatility),
      ),
  },
  'mutable function in on conflict': {
    refused: '"functions used in the DO UPDATE SET clause of INSERTs on distributed tables must be marked IMMUTABLE".',
    instead: '`excluded.…`, or a parameter.',
    find: (statement, volatility) =>
      writing(statement).flatMap(({ node }) => mutableParts(child(node, 'onConflictClause'), volatility)),
  },
  'function of a session or of a transaction': {
    refused:
      'Transaction ids, snapshots and advisory locks belong to one node: what they say there is not true of another. Citus ' +
      'does not refuse them.',
    instead: 'A row that is locked, or a time of the database.',
    find: (statement) => [
      ...calls(statement, (name) => sessionFunction.test(name)),
      ...(touchesDistributed(statement) ? columns(statement, (name) => systemColumns.includes(name)) : []),
    ],
  },
  'write to a reference table beside a distributed one': {
    refused:
      '"cannot perform select on a distributed table and modify a reference table". Whether it is also refused where both are ' +
      'written is not settled.',
    instead: 'A statement of its own.',
    find: (statement) => {
      const written = statement.levels.filter(writes).flatMap((level) => level.ranges.slice(0, 1))
      const reference = written.filter(({ table }) => table !== undefined && kindOf(table) === 'reference')
      return touchesDistributed(statement) ? reference.map(nameOf) : []
    },
  },
  'table of the coordinator beside a distributed one': {
    refused:
      'Only the coordinator has the table, so a statement that is sent through another node does not find it. What Citus does ' +
      'at the coordinator is not settled.',
    instead: 'A statement of its own, sent to the coordinator.',
    find: (statement) =>
      touchesDistributed(statement)
        ? ranges(statement)
            .filter(({ table }) => table !== undefined && kindOf(table) === 'local')
            .map(nameOf)
        : [],
  },
}

/** The queries of a statement that modify distributed tables. */
const writing = (statement: Anatomy): readonly Level[] =>
  statement.levels.filter((level) => writes(level) && level.ranges.slice(0, 1).some(isDistributed))
