import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { swagger } from '@elysiajs/swagger'
import { Elysia } from 'elysia'
import { version } from '../../package.json'
import { correctDocument } from './openapi.ts'

/** Files of the page, by the name under which they are served; all from this server. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const description = `Calls HTTP endpoints when they are due, and writes down what happened.

Send the headers \`service_id\` and \`token\`, or HTTP Basic, with every request. Every refusal is a JSON object with a
\`message\`, and with \`errors\` that name each field of an input that cannot be taken. An address that does not exist is
a 404, and a method that an address does not take is a 405 with \`Allow\`, whoever asks. Every answer carries an
\`X-Request-Id\`: the one that was sent, where it is 1 to 128 visible characters, else a new one; the log has it too.`

/** The browser itself refuses what would come from another host. Swagger UI writes styles into its elements. */
const ownFilesOnly =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

/**
 * Every address is relative, so that the page works below a path as well, behind a proxy that strips it.
 * @param folder where the page's files are, from the page
 */
const page = (folder: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Duly API</title>
    <link rel="stylesheet" href="${folder}/swagger-ui.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div id="api"></div>
    <script src="${folder}/swagger-ui-bundle.js"></script>
    <script src="${folder}/show.js"></script>
  </body>
</html>
`

/** The document does not know where it is served; requests that the page makes go there. */
const show = `const here = new URL('.', document.currentScript.src)
const url = new URL('json', here).href
const tellServer = (response) => {
  if (response.url !== url || !response.ok) return response
  const text = JSON.stringify({ ...JSON.parse(response.text), servers: [{ url: new URL('..', here).href }] })
  return Object.assign(response, { text, data: text })
}
SwaggerUIBundle({ url, dom_id: '#api', validatorUrl: null, persistAuthorization: false, responseInterceptor: tellServer })
`

const isFolder = (request: Request) => new URL(request.url).pathname.endsWith('/')

/**
 * The OpenAPI document at /swagger/json and its page at /swagger. The plugin writes the document and this file corrects
 * what it gets wrong; its own page would load scripts from another host, so the page is Swagger UI's files served here.
 */
export function docs() {
  const folder = dirname(Bun.resolveSync('swagger-ui-dist/package.json', import.meta.dir))
  const text = (body: string, type: string) =>
    new Response(body, {
      headers: { 'content-type': type, 'cache-control': 'no-cache', 'content-security-policy': ownFilesOnly },
    })
  const hidden = { detail: { hide: true } }
  const app = new Elysia({ name: 'docs' })
    .onAfterHandle({ as: 'global' }, ({ path, response, set }) => {
      if (path !== '/swagger/json' && path !== '/swagger/json/') return undefined
      set.headers['cache-control'] = 'no-cache'
      return correctDocument(response as Record<string, unknown>)
    })
    .use(
      swagger({
        path: '/swagger',
        specPath: '/swagger/json',
        exclude: ['/swagger', '/swagger/json'],
        documentation: {
          info: {
            title: 'Duly',
            version,
            description,
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
    // The plugin has a page at the same address; the one that is registered last is answered.
    .get(
      '/swagger',
      ({ request }) => text(page(isFolder(request) ? '.' : './swagger'), 'text/html; charset=utf-8'),
      hidden,
    )
    .get('/swagger/show.js', () => text(show, 'text/javascript; charset=utf-8'), hidden)
  for (const [name, type] of Object.entries(assets))
    app.get(`/swagger/${name}`, () => text(readFileSync(join(folder, name), 'utf8'), type), hidden)
  return app
}
