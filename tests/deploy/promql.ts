import { parser } from '@prometheus-io/lezer-promql'

type Node = ReturnType<typeof parser.parse>['topNode']

/** A condition on a label, as in `status="failed"`. */
export interface Matcher {
  readonly label: string
  readonly op: string
  readonly value: string
}

/** A metric as a query uses it. */
export interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
  /** The innermost aggregation around it, such as `max`; undefined without one. */
  readonly aggregation: string | undefined
  /** The function that is applied to its range, such as `rate`; undefined without one. */
  readonly rangeFunction: string | undefined
}

/** What a query names. */
export interface Query {
  readonly selectors: readonly Selector[]
  /** The labels of all `by (…)`. */
  readonly groupings: readonly string[]
}

/** Parses a query. @throws Error with the query when it is not valid */
export function parseQuery(text: string): Query {
  const tree = parser.parse(text)
  const textOf = (node: Node) => text.slice(node.from, node.to)
  const nodes: Node[] = []
  tree.iterate({ enter: ({ node }) => void nodes.push(node) })
  if (nodes.some(({ type }) => type.isError)) throw new Error(`This is no PromQL: ${text}`)
  const named = (name: string) => nodes.filter((node) => node.name === name)
  return {
    selectors: named('VectorSelector').map((node) => ({
      metric: textOf(node.getChild('Identifier') as Node),
      matchers: (node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).map((matcher) => ({
        label: textOf(matcher.getChild('LabelName') as Node),
        op: textOf(matcher.getChild('MatchOp') as Node),
        value: JSON.parse(textOf(matcher.getChild('StringLiteral') as Node)),
      })),
      aggregation: nameAbove(node, 'AggregateExpr', 'AggregateOp', textOf),
      rangeFunction:
        node.parent?.name === 'MatrixSelector'
          ? nameAbove(node, 'FunctionCall', 'FunctionIdentifier', textOf)
          : undefined,
    })),
    groupings: named('GroupingLabels').flatMap((node) => node.getChildren('LabelName').map(textOf)),
  }
}

function nameAbove(node: Node, above: string, child: string, textOf: (node: Node) => string): string | undefined {
  for (let at = node.parent; at; at = at.parent) {
    const name = at.name === above ? at.getChild(child) : null
    if (name) return textOf(name)
  }
  return undefined
}
