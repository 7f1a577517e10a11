import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deployFolder, readYaml } from './manifests.ts'
import { parseQuery, type Query } from './promql.ts'

/** An alert of deploy/prometheus/rules.yaml. */
export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A panel of the dashboard. */
export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly {
    readonly expr: string
    readonly legendFormat: string
    readonly datasource: { readonly uid: string }
  }[]
}

/** The groups of deploy/prometheus/rules.yaml. */
export const groups: readonly { name: string; rules: readonly Rule[] }[] = readYaml('prometheus/rules.yaml').groups

/** All alerts. */
export const rules: readonly Rule[] = groups.flatMap((group) => group.rules)

/** deploy/grafana/duly.json. */
export const dashboard = JSON.parse(readFileSync(join(deployFolder, 'grafana/duly.json'), 'utf8')) as {
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly query: unknown }[]
  }
}

/** All queries of rules and dashboard, with where each is from and the labels that its texts show. */
export const queries: readonly { from: string; query: Query; shown: readonly string[] }[] = [
  ...rules.map(({ alert, expr, annotations }) => ({
    from: alert,
    query: parseQuery(expr),
    shown: [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? ''),
  })),
  ...dashboard.panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, legendFormat }) => ({
      from: title,
      query: parseQuery(expr.replaceAll('$__rate_interval', '5m')),
      shown: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label ?? ''),
    })),
  ),
]
