import fc from 'fast-check'
import { operatorToken } from '../../src/http/token.ts'
import { ids, texts } from './fuzz-values.ts'

export type HeaderSet = Readonly<Record<string, string>>
export type Who = 'owner' | 'stranger'
export const tokens: Readonly<Record<Who, string>> = { owner: 'the-token-of-the-owner', stranger: 'a-strangers-token' }

/** Left out, but for one time in so many. */
export const seldom = <T>(arbitrary: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const own = (id: string, token: string): HeaderSet => ({ service_id: id, token })
/** Right as `service_id` and `token`. */
export const signIn = (who: Who): HeaderSet => own(ids[who], tokens[who])
const basic = (text: string, scheme = 'Basic ') => ({ authorization: scheme + Buffer.from(text).toString('base64') })
const pair = (who: Who) => `${ids[who]}:${tokens[who]}`

/** Tokens of the owner, each with one scope. */
export const limitedTokens = ['read', 'write', 'run'].map((scope) => ({ scope, token: `only-${scope}-of-the-owner` }))
const bearer = (token: string): HeaderSet => ({ authorization: `Bearer ${token}` })

/** The token of an operator, who reads what the owner has. */
export const operatorsToken = operatorToken('of-a-test')
const asOperator = ['owner', own(ids.owner, operatorsToken)] as const

const accepted: readonly (readonly [Who, HeaderSet])[] = [
  ['owner', own(ids.owner.toUpperCase(), tokens.owner)],
  ['owner', basic(pair('owner'))],
  ['owner', basic(pair('owner'), 'bAsIc  ')],
  ['owner', { ...basic(pair('owner')), ...signIn('owner') }],
  ['owner', { authorization: 'Bearer x', ...signIn('owner') }],
  ['owner', bearer(tokens.owner)],
  ['owner', { ...bearer(tokens.owner), ...signIn('owner') }],
  ['stranger', signIn('stranger')],
  ['stranger', basic(pair('stranger'))],
]
const halves: readonly HeaderSet[] = [{}, { service_id: ids.owner }, { token: tokens.owner }]
const refused: readonly HeaderSet[] = [
  ...halves,
  ...[own(ids.owner, tokens.stranger), own(`{${ids.owner}}`, tokens.owner), own('x\xff', '\xfe'), own('', '')],
  ...[
    own(ids.nobodys, tokens.owner),
    own(ids.owner, 'x'.repeat(8000)),
    own(`${ids.owner}, ${ids.owner}`, tokens.owner),
  ],
  ...texts(String.raw`Basic Basic\u0020! Basic\u0020/////w==`).map((authorization) => ({ authorization })),
  ...[basic('no colon'), basic('\0:\0'), basic(`${ids.owner}:`), basic(pair('owner'), 'Bearer ')],
  { ...basic(pair('stranger')), ...signIn('owner') },
  { ...bearer('duly_x'), ...signIn('owner') },
  bearer('nobodys-token'),
]
const limited = limitedTokens.map(({ token }) => ['owner', own(ids.owner, token)] as const)

/** Credentials and whose they are; undefined where they are nobody's. @param scope what the operation needs */
export const credentialsFor = (scope: string | undefined): fc.Arbitrary<readonly [Who | undefined, HeaderSet]> =>
  fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constant(scope === 'operator' ? asOperator : (['owner', signIn('owner')] as const)),
    },
    { weight: 3, arbitrary: fc.constantFrom(...accepted) },
    { weight: 2, arbitrary: fc.constantFrom(...limited) },
    { weight: 3, arbitrary: fc.constantFrom(...refused).map((headers) => [undefined, headers] as const) },
  )

const ownValues: Readonly<Record<string, readonly string[]>> = {
  'if-match': [
    ...['', '\t', `"${'9'.repeat(4000)}"`],
    ...texts(String.raw`\"1\" \"2\" * \u0020\"1\"\u0020 W/\"1\" \"1\",\u0020\"2\" \"0\" \"-1\" 1 \"1 \"99999999999\" \"1e0\"
      \"\u00ff\" \"2147483648\" \"01\" \"1\"\t **`),
  ],
  'idempotency-key': [
    ...['', 'x'.repeat(255), 'x'.repeat(256)],
    ...texts(
      String.raw`used used used used used used used used used used used used \u0020used\u0020 new \u0020 a\u0020b \u00e9 a\tb ';drop--\u0020 %00 \\ __proto__`,
    ),
  ],
}

/** A header that the operation knows, with a value that is right, nearly so, or neither. */
export const headerNamed = (name: string): fc.Arbitrary<HeaderSet> =>
  seldom(fc.constantFrom(...(ownValues[name] ?? texts(String.raw`x \u00ff`))), 3).map(
    (value): HeaderSet => (value === undefined ? {} : { [name]: value }),
  )

/** A header that says nothing to this API, or nothing good. */
export const strayHeader: fc.Arbitrary<HeaderSet> = fc
  .constantFrom(
    ...texts(String.raw`__proto__:x constructor:x accept:text/html x-http-method-override:DELETE expect:nothing host:[
      range:bytes=0-0 if-none-match:* content-length:2 content-length:-1 content-length:1e9 transfer-encoding:gzip
      content-encoding:gzip cookie:\u00ff=\u0080;\u0020=;\u0020a cookie:__proto__=x;\u0020a=% cookie:%E0%A4%A
      origin:http://evil.example x-forwarded-for:'; x-long:${'x'.repeat(12_000)}`),
  )
  .map((line): HeaderSet => {
    const colon = line.indexOf(':')
    return { [line.slice(0, colon)]: line.slice(colon + 1) }
  })

/** Content types, few of them JSON. */
export const contentType = fc.constantFrom(
  '',
  ...texts(String.raw`application/json;\u0020charset=utf-8 application/json;charset=iso-8859-1 APPLICATION/JSON ; \u00ff */*
    application/vnd.api+json text/plain application/x-www-form-urlencoded multipart/form-data application/json, text/json
    multipart/form-data;\u0020boundary=x application/octet-stream application/json;\u0020application/json`),
)
