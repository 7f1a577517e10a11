import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { swagger } from '@elysiajs/swagger'
import { Elysia } from 'elysia'
import { version } from '../package.json'

type Json = { [key: string]: unknown }

/** Files of the page, by the name under which they are served; all from this server. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Duly API</title>
    <link rel="stylesheet" href="/swagger/swagger-ui.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="api"></div>
    <script src="/swagger/swagger-ui-bundle.js"></script>
    <script src="/swagger/show.js"></script>
  </body>
</html>
`

const show = `SwaggerUIBundle({ url: '/swagger/json', dom_id: '#api', validatorUrl: null, persistAuthorization: false })\n`

/**
 * The OpenAPI document at /swagger/json and its page at /swagger. The plugin writes the document and this file corrects
 * what it gets wrong; its own page would load scripts from another host, so the page is Swagger UI's files served here.
 */
export function docs() {
  const folder = dirname(Bun.resolveSync('swagger-ui-dist/package.json', import.meta.dir))
  const text = (body: string, type: string) =>
    new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-cache' } })
  const hidden = { detail: { hide: true } }
  const app = new Elysia({ name: 'docs' })
    .onAfterHandle({ as: 'global' }, ({ path, response }) =>
      path === '/swagger/json' ? correct(response as Json) : undefined,
    )
    .get('/swagger', () => text(page, 'text/html; charset=utf-8'), hidden)
    .get('/swagger/show.js', () => text(show, 'text/javascript; charset=utf-8'), hidden)
    .use(
      swagger({
        path: '/swagger/plugin',
        specPath: '/swagger/json',
        exclude: ['/swagger/plugin', '/swagger/json'],
        documentation: {
          info: {
            title: 'Duly',
            version,
            description: 'Calls HTTP endpoints when they are due, and writes down what happened.',
          },
          components: {
            securitySchemes: {
              service_id: {
                type: 'apiKey',
                in: 'header',
                name: 'service_id',
                description: 'The id of the service, with token.',
              },
              token: {
                type: 'apiKey',
                in: 'header',
                name: 'token',
                description: 'The token of the service, with service_id.',
              },
              basic: {
                type: 'http',
                scheme: 'basic',
                description: 'The same pair, where a proxy drops header names with an underscore.',
              },
            },
          },
        },
      }),
    )
  for (const [name, type] of Object.entries(assets))
    app.get(`/swagger/${name}`, () => text(readFileSync(join(folder, name), 'utf8'), type), hidden)
  return app
}

/** Makes the document valid OpenAPI 3.0.3: bodies as JSON only, `nullable` in place of a null type, no unknown keys. */
function correct(document: Json): Json {
  const paths = document.paths as Record<string, Record<string, Json>>
  for (const item of Object.values(paths))
    for (const operation of Object.values(item)) {
      const body = operation.requestBody as { content?: Json; required?: boolean } | undefined
      if (body?.content)
        operation.requestBody = { required: true, content: { 'application/json': body.content['application/json'] } }
    }
  return asOpenApi(document) as Json
}

function asOpenApi(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOpenApi)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, asOpenApi(inner)])
  const schema = Object.fromEntries(entries) as Json
  const options = schema.anyOf as Json[] | undefined
  if (!Array.isArray(options) || !options.some((option) => option.type === 'null')) return schema
  const [only] = options.filter((option) => option.type !== 'null')
  const { anyOf: _, ...rest } = schema
  return { ...only, ...rest, nullable: true }
}
