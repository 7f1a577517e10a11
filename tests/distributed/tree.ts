import { loadModule, parseSync } from '@libpg-query/parser'

/** A node of a statement as PostgreSQL's own parser returns it: an object, or what stands inside `{ NameOfItsKind: … }`. */
export interface Node {
  readonly [name: string]: unknown
}

await loadModule()

/**
 * Parses one or several statements.
 * @throws SqlError if PostgreSQL would not parse them
 */
export const parse = (text: string): readonly Node[] =>
  (parseSync(text).stmts ?? []).map(({ stmt }) => stmt as unknown as Node)

/** What stands at a name, if that is a node. */
export const child = (node: Node | undefined, name: string): Node | undefined => node?.[name] as Node | undefined

/** The nodes in a list. */
export const list = (node: Node | undefined, name: string): readonly Node[] =>
  (node?.[name] as readonly Node[] | undefined) ?? []

/** What stands in `{ kind: … }`, if the node is of that kind. */
export const as = (node: Node | undefined, kind: string): Node | undefined => child(node, kind)

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** The node's kind and what stands in it: `{ CaseExpr: {…} }` is `['CaseExpr', {…}]`. */
export function kindAndContent(node: Node): readonly [string, Node] | undefined {
  const [entry, ...rest] = Object.entries(node)
  if (entry === undefined || rest.length > 0 || !/^[A-Z]/.test(entry[0]) || !isNode(entry[1])) return undefined
  return [entry[0], entry[1]]
}

/** Calls `visit` with each node below `node`, and goes into it where that returns true. */
export function walk(node: unknown, visit: (kind: string, content: Node) => boolean): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit)
  else if (isNode(node)) {
    const found = kindAndContent(node)
    if (found === undefined) for (const each of Object.values(node)) walk(each, visit)
    else if (visit(...found)) walk(Object.values(found[1]), visit)
  }
}

/** The texts of a list of strings, such as the parts of a name; a star is `*`. */
export const texts = (node: Node | undefined, name: string): readonly string[] =>
  list(node, name).map((part) => (child(part, 'String')?.sval as string | undefined) ?? '*')

/** The parts of a column's name, if the node is one: `['task', 'id']`. */
export const columnName = (node: Node | undefined): readonly string[] | undefined => {
  const column = as(node, 'ColumnRef')
  return column && texts(column, 'fields')
}

/** The last part of the name of the function that a call calls, or of the type of a cast. */
export const lastName = (node: Node | undefined, name: string): string => texts(node, name).at(-1) ?? ''
