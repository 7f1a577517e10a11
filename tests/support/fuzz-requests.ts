import fc from 'fast-check'
import { bodyFor, encode } from './fuzz-bodies.ts'
import {
  contentType,
  credentialsFor,
  type HeaderSet,
  headerNamed,
  seldom,
  strayHeader,
  type Who,
} from './fuzz-headers.ts'
import { hostileTexts, ids, quarterAhead, texts } from './fuzz-values.ts'
import { type PlainSchema, plainSchema, type Schema } from './plain-schema.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: PlainSchema
}
export interface Operation {
  readonly method: string
  readonly template: string
  readonly parameters: readonly Parameter[]
  readonly security: readonly object[]
  readonly body: Schema | undefined
  /** The statuses that the document names. */
  readonly statuses: readonly number[]
  /** The scope that it needs; undefined for a public one. */
  readonly scope: string | undefined
}
/** One request as plain data; it prints short. */
export class Sent {
  constructor(
    readonly method: string,
    readonly path: string,
    /** Whose right credentials are in the headers. */
    readonly signedIn: Who | undefined,
    readonly headers: Readonly<Record<string, string>>,
    readonly body: Uint8Array | undefined,
    readonly chunked: boolean,
  ) {}

  get text(): string {
    return new TextDecoder().decode(this.body)
  }

  /** What fast-check prints of a counterexample. */
  toString(): string {
    const short = (text: string) => (text.length > 600 ? `${text.slice(0, 600)}… (${text.length})` : text)
    return `${this.method} ${short(this.path)} ${short(JSON.stringify(this.headers))} ${this.chunked ? 'chunked ' : ''}${short(JSON.stringify(this.text))}`
  }

  [fc.toStringMethod](): string {
    return this.toString()
  }
}

/** Every operation of an OpenAPI document. */
// biome-ignore lint/suspicious/noExplicitAny: a document is read as it comes
export function operationsOf(document: any): Operation[] {
  return Object.entries<Record<string, never>>(document.paths).flatMap(([template, item]) =>
    // biome-ignore lint/suspicious/noExplicitAny: as above
    Object.entries<any>(item).map(
      ([method, { parameters = [], security, requestBody, responses, 'x-scope': scope }]) => ({
        method: method.toUpperCase(),
        template,
        parameters: parameters.map((one: Parameter) => ({
          ...one,
          schema: plainSchema(one.schema, document.components.schemas),
        })),
        security,
        body: requestBody?.content['application/json'].schema,
        statuses: Object.keys(responses).map(Number),
        scope,
      }),
    ),
  )
}

const taskIds = fc.oneof(
  { weight: 8, arbitrary: fc.constant(ids.idle) },
  { weight: 4, arbitrary: fc.constantFrom(ids.busy, ids.foreign, ids.nobodys) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...texts(`urn:uuid:${ids.idle} %7B${ids.idle}%7D ${ids.idle.replaceAll('-', '')} ${ids.idle.toUpperCase()} %
        ${ids.idle}%00 ${ids.idle}%20 ${ids.idle}%0A ${ids.idle};a=b ${ids.idle}%2Fexecutions %zz %ff %00 %2F %252e %5C + 0 -1
        %ED%A0%80 %F0%9F%98%80 \u00e9 \ud83d\ude00 __proto__ constructor null bulk status :taskId * {taskId} '%20or%201=1--
        ${'x'.repeat(5000)}`),
    ),
  },
)
const queryValues: readonly string[] = [
  ...['', ' 1', '9'.repeat(400), '%F0%9F%98%80'.repeat(200)],
  ...texts(String.raw`1 0 10 100 101 1000 1001 9999999 10000000 -1 +1 1.0 1e1 0x10 %2B1 %31 1%00 %20 \u0663 active Active paused%00
    queued name -name --name - name,created_at recent recent,recent id scheduled_at -scheduled_at created_at -created_at
    % %ff %ED%A0%80 %25 _%25\\ %5C %00`),
  ...hostileTexts.filter((text) => text.length < 500 && text.isWellFormed()).map(encodeURIComponent),
]
const strayQuery = fc.constantFrom(
  Array.from({ length: 3000 }, (_, at) => `p${at}=x`).join('&'),
  ...texts('__proto__=x __proto__[a]=b constructor.prototype=1 x=1 = & =x a % %ff=1 %00'),
)

function queryOf(parameters: readonly Parameter[]): fc.Arbitrary<string> {
  if (parameters.length === 0) return seldom(strayQuery, 10).map((text) => text ?? '')
  const ordinary = ({ schema }: Parameter): readonly string[] =>
    schema.type === 'integer'
      ? ['1', '2', '50', '100']
      : schema.type === 'boolean'
        ? ['true', 'false']
        : schema.format === 'date-time'
          ? ['2026-01-01T00:00:00Z', quarterAhead]
          : (schema.enum?.map(String) ?? texts('name -scheduled_at recent a %25'))
  const right = parameters.map((one) => fc.constantFrom(...ordinary(one)).map((text) => `${one.name}=${text}`))
  const names = fc.constantFrom(...parameters.map(({ name }) => name))
  const wrong = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(names, fc.constantFrom(...queryValues)).map((parts) => parts.join('=')) },
    { weight: 1, arbitrary: names.map((name) => `${name}[]=1`) },
    { weight: 2, arbitrary: strayQuery },
  )
  const some = fc.subarray(right).chain((chosen) => fc.tuple(...chosen))
  return fc
    .tuple(some, seldom(fc.array(wrong, { minLength: 1, maxLength: 2 }), 2))
    .map(([known, others = []]) => [...known, ...others].join('&'))
}

/** Requests to one operation: mostly right, each in one or two places nearly right or hostile. */
export function requestsTo(operation: Operation, schemas: Readonly<Record<string, Schema>>): fc.Arbitrary<Sent> {
  const { method, template, parameters, body, scope } = operation
  const within = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place)
  return fc
    .record({
      taskId: taskIds,
      executionId: taskIds,
      query: queryOf(within('query')),
      slash: seldom(fc.constant('/'), 8),
      who: credentialsFor(scope),
      own: fc.tuple(...within('header').map(({ name }) => headerNamed(name))),
      stray: seldom(strayHeader, 8),
      type: body ? seldom(contentType, 12).map((type = 'application/json') => type) : fc.constant(undefined),
      bytes: body
        ? bodyFor(body, schemas)
        : seldom(fc.constantFrom('', '{', '{}', 'x'.repeat(2_000_000)).map(encode), 6),
      chunked: seldom(fc.constant(true), 4),
      head: seldom(fc.constant('HEAD'), 5),
    })
    .map(
      ({
        taskId,
        executionId,
        query,
        slash = '',
        who: [signedIn, signIn],
        own,
        stray,
        type,
        bytes,
        chunked = false,
        head,
      }) => {
        const place = template
          .replace('{executionId}', () => executionId)
          .replace('{label}', () => `${taskId}%3D${taskId}`)
          .replace(/\{\w+\}/, () => taskId)
        const path = place + slash + (query === '' ? '' : `?${query}`)
        const headers: HeaderSet = Object.fromEntries(
          [type === undefined ? {} : { 'content-type': type }, ...own, stray ?? {}, signIn].flatMap(Object.entries),
        )
        if (method === 'GET') return new Sent(head ?? method, path, signedIn, headers, undefined, false)
        return new Sent(method, path, signedIn, headers, bytes, chunked)
      },
    )
}
