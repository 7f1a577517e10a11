import { shortHash } from '../task-key.ts'
import type { Reference, Text } from '../text.ts'
import { type Fields, objectOf, objectsOf, textOf } from './fields.ts'

/** What a connection adds to every request. */
export interface AwsConnection {
  readonly header: readonly (readonly [string, Text])[]
  readonly query: readonly (readonly [string, Text])[]
  readonly notes: readonly string[]
  readonly reasons: readonly string[]
}

/** Returns the named secret of a value that a connection keeps. Connections of one name that are not the same get a hash. */
export type SecretOf = (connection: Fields, key: string) => Reference

/** Names the secrets of connections. */
export function secretsOf(connections: readonly Fields[]): SecretOf {
  const arns = new Map<string, Set<string>>()
  for (const connection of connections) {
    const name = nameOf(textOf(connection.Name))
    arns.set(name, (arns.get(name) ?? new Set()).add(textOf(connection.ConnectionArn)))
  }
  return (connection, key) => {
    const own = textOf(connection.Name)
    const name = nameOf(`${own}_${key}`)
    const isShared = (arns.get(nameOf(own))?.size ?? 0) > 1
    const hash = shortHash(`${textOf(connection.ConnectionArn)} ${key}`).toUpperCase()
    return {
      name: name.length <= 64 && !isShared ? name : `${name.slice(0, 55)}_${hash}`,
      kind: 'secret',
      from: `${key} of connection ${own}`,
    }
  }
}

const nameOf = (text: string) => text.toUpperCase().replace(/[^A-Z0-9]/g, '_')

/** Reads a connection as `describe-connection` prints it. Its secrets are never printed, so they are references. */
export function readConnection(connection: Fields, secretOf: SecretOf): AwsConnection {
  const name = textOf(connection.Name)
  const parameters = objectOf(connection.AuthParameters)
  const notes: string[] = []
  const reasons: string[] = []
  const header: (readonly [string, Text])[] = []
  if (parameters === undefined)
    return {
      header,
      query: [],
      notes,
      reasons: [`The input has connection ${name} only from a list: add describe-connection --name ${name}.`],
    }
  const state = textOf(connection.ConnectionState)
  if (state !== '' && state !== 'AUTHORIZED')
    notes.push(`Connection ${name} is ${state}: EventBridge makes no calls with it now.`)
  if (objectOf(connection.InvocationConnectivityParameters))
    reasons.push(`Connection ${name} leads into a private network: see whether Duly reaches the address.`)
  const invocation = objectOf(parameters.InvocationHttpParameters) ?? {}
  if (objectsOf(invocation.BodyParameters).length > 0)
    reasons.push(`Connection ${name} adds parameters to the body: write the whole body.`)
  const valuesOf = (list: unknown) =>
    objectsOf(list).map(({ Key: key, Value: value, IsValueSecret: isSecret }): readonly [string, Text] => [
      textOf(key),
      isSecret === true || typeof value !== 'string' ? [secretOf(connection, textOf(key))] : [value],
    ])
  header.push(...valuesOf(invocation.HeaderParameters))
  const apiKey = textOf(objectOf(parameters.ApiKeyAuthParameters)?.ApiKeyName)
  const basic = objectOf(parameters.BasicAuthParameters)
  let own: readonly [string, Text] | undefined
  if (connection.AuthorizationType === 'API_KEY' && apiKey !== '') own = [apiKey, [secretOf(connection, apiKey)]]
  else if (connection.AuthorizationType === 'BASIC' && typeof basic?.Username === 'string')
    own = [
      'Authorization',
      [
        'Basic ',
        {
          ...secretOf(connection, 'password basic'),
          from: `base64 of ${basic.Username}:PASSWORD, with the password of connection ${name}`,
        },
      ],
    ]
  else if (connection.AuthorizationType === 'OAUTH_CLIENT_CREDENTIALS')
    reasons.push(
      `Connection ${name} gets a token by OAuth before the call: use a named secret, or the signature of Duly (docs/signing.md).`,
    )
  else reasons.push(`How connection ${name} authorizes its calls is not known here.`)
  if (own && header.some(([one]) => one.toLowerCase() === own?.[0].toLowerCase()))
    reasons.push(`Connection ${name} has the header ${own[0]} twice: say which value is meant.`)
  else if (own) header.push(own)
  return { header, query: valuesOf(invocation.QueryStringParameters), notes, reasons }
}
