import { type Fields, objectOf, objectsOf, textOf } from './fields.ts'
import { readDocuments } from './read-documents.ts'

/** A file of the input; without a name, stdin. */
export interface AwsFile {
  readonly name?: string
  readonly text: string
}

/** An object of the input and its place. */
export interface Found {
  readonly value: Fields
  readonly line: number
  readonly file?: string
}

/** What cannot be used, with its place. */
export interface Problem {
  readonly text: string
  readonly line: number
  readonly file?: string
}

/** What the commands of AWS have printed, by kind. */
export interface AwsInventory {
  /** Schedules as `get-schedule` prints them. */
  readonly schedules: readonly Found[]
  /** Schedules of `list-schedules` of which nothing more is in the input. */
  readonly listed: readonly Found[]
  readonly rules: readonly Found[]
  /** The targets of rules, by `targetsKey`. */
  readonly targets: ReadonlyMap<string, readonly Fields[]>
  /** By ARN. */
  readonly destinations: ReadonlyMap<string, Fields>
  readonly connections: ReadonlyMap<string, Fields>
  readonly problems: readonly Problem[]
}

/** Names the targets of a rule: names are unique on a bus. */
export const targetsKey = (bus: unknown, rule: unknown) => `${textOf(bus) || 'default'} ${textOf(rule)}`

/** Reads and sorts what the commands have printed, in one file or in several. */
export function readInventory(files: readonly AwsFile[]): AwsInventory {
  const sorted: Sorted = {
    ...{ schedules: [], listed: [], rules: [], problems: [] },
    ...{ targets: new Map(), destinations: new Map(), connections: new Map() },
  }
  for (const { name, text } of files) {
    const file = name === undefined ? {} : { file: name }
    try {
      sortFile(text, file, sorted)
    } catch (error) {
      sorted.problems.push({ text: (error as Error).message, line: 1, ...file })
    }
  }
  const known = new Set(sorted.schedules.map(({ value }) => value.Arn))
  return {
    ...sorted,
    rules: distinct(sorted.rules),
    listed: sorted.listed.filter(({ value }) => !known.has(value.Arn)),
  }
}

interface Sorted extends AwsInventory {
  readonly schedules: Found[]
  readonly listed: Found[]
  readonly rules: Found[]
  readonly targets: Map<string, readonly Fields[]>
  readonly destinations: Map<string, Fields>
  readonly connections: Map<string, Fields>
  readonly problems: Problem[]
}

function sortFile(text: string, file: { readonly file?: string }, sorted: Sorted): void {
  const { schedules, listed, rules, targets, destinations, connections, problems } = sorted
  const lines = linesOfArns(text)
  // The output of a command that describes one rule is usually followed by that of its targets.
  let described: Fields | undefined
  for (const { value, line } of readDocuments(text)) {
    const place = (entry: Fields): Found => ({ value: entry, line: lineOf(lines, entry, line), ...file })
    const problem = (text: string) => problems.push({ text, line, ...file })
    const before = described
    described = undefined
    if (value.NextToken !== undefined && value.NextToken !== null)
      problem('The list goes on (NextToken): take all of its pages.')
    if (Array.isArray(value.Schedules)) listed.push(...objectsOf(value.Schedules).map(place))
    else if (Array.isArray(value.Rules)) rules.push(...objectsOf(value.Rules).map(place))
    else if (Array.isArray(value.Targets)) {
      const rule = value.Rule ?? before?.Name
      const bus = value.Rule === undefined ? before?.EventBusName : value.EventBusName
      if (rule === undefined)
        problem('The targets do not say of which rule: add it, such as {"Rule": "nightly", "Targets": […]}.')
      else targets.set(targetsKey(bus, rule), objectsOf(value.Targets))
    } else if (Array.isArray(value.ApiDestinations))
      put(destinations, 'ApiDestinationArn', objectsOf(value.ApiDestinations))
    else if (Array.isArray(value.Connections)) put(connections, 'ConnectionArn', objectsOf(value.Connections))
    else if (value.ApiDestinationArn !== undefined) put(destinations, 'ApiDestinationArn', [value])
    else if (value.ConnectionArn !== undefined) put(connections, 'ConnectionArn', [value])
    else if (objectOf(value.Target) && value.ScheduleExpression !== undefined) schedules.push({ value, line, ...file })
    else if (value.Name !== undefined && /:rule\//.test(textOf(value.Arn))) {
      rules.push({ value, line, ...file })
      described = value
    } else if (!isEmptyList(value))
      problem('The document is nothing that is read here: see the commands in docs/importing.md.')
  }
}

const isEmptyList = (value: Fields) => Object.values(value).every((one) => Array.isArray(one) && one.length === 0)

/** Leaves out rules that are in the input twice, such as in a list and by themselves. */
const distinct = (rules: readonly Found[]) => [...new Map(rules.map((rule) => [rule.value.Arn ?? rule, rule])).values()]

/** Puts objects into a map. One that describes more than that of a list takes its place. */
function put(map: Map<string, Fields>, name: string, objects: readonly Fields[]): void {
  for (const object of objects) {
    const arn = textOf(object[name])
    map.set(arn, { ...map.get(arn), ...object })
  }
}

/** Returns the lines on which each ARN stands. */
function linesOfArns(text: string): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  for (const [at, line] of text.split('\n').entries())
    for (const [arn] of line.matchAll(/\barn:[^"'\s,]+/g))
      found.set(arn, [...(found.get(arn) ?? []).slice(0, 9), at + 1])
  return found
}

/** Returns the line of an entry of a list: that of its ARN. */
const lineOf = (lines: ReadonlyMap<string, readonly number[]>, { Arn: arn }: Fields, from: number): number =>
  lines.get(textOf(arn))?.find((line) => line >= from) ?? from
