import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { swagger } from '@elysiajs/swagger'
import { Elysia } from 'elysia'
import { apiDescription } from './api-description.ts'
import { problemPage, problemPageText } from './error-response.ts'
import { correctDocument } from './openapi.ts'

/** Content types of the files of Swagger UI that the page loads. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

/** Browsers load only files of this server. Swagger UI sets styles in attributes, which needs 'unsafe-inline'. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"

/**
 * The page at /swagger. All its URLs are relative, so that it also works behind a proxy that strips a path prefix.
 * @param folder relative URL of the folder with the page's files
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

/** The page's script. It adds the URL of this server to the document, so that "Try it out" sends requests there. */
const show = `const here = new URL('.', document.currentScript.src)
const url = new URL('json', here).href
const addServer = (response) => {
  if (response.url !== url || !response.ok) return response
  const text = JSON.stringify({ ...JSON.parse(response.text), servers: [{ url: new URL('..', here).href }] })
  return Object.assign(response, { text, data: text })
}
SwaggerUIBundle({ url, dom_id: '#api', validatorUrl: null, persistAuthorization: false, responseInterceptor: addServer })
`

const isFolder = (request: Request) => new URL(request.url).pathname.endsWith('/')

/**
 * Serves the OpenAPI document at /swagger/json and Swagger UI at /swagger. The plugin generates the document, and
 * `correctDocument` makes it valid. The plugin's own page is not used because it loads scripts from another host.
 */
export function docs() {
  const folder = dirname(Bun.resolveSync('swagger-ui-dist/package.json', import.meta.dir))
  const text = (body: string, type: string) =>
    new Response(body, {
      headers: { 'content-type': type, 'cache-control': 'no-cache', 'content-security-policy': contentSecurityPolicy },
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
        documentation: apiDescription as never,
      }),
    )
    // Replaces the plugin's page at the same path: the route that is registered last wins.
    .get(
      '/swagger',
      ({ request }) => text(page(isFolder(request) ? '.' : './swagger'), 'text/html; charset=utf-8'),
      hidden,
    )
    .get(problemPage, () => text(problemPageText(), 'text/html; charset=utf-8'), hidden)
    .get('/swagger/show.js', () => text(show, 'text/javascript; charset=utf-8'), hidden)
  for (const [name, type] of Object.entries(assets))
    app.get(`/swagger/${name}`, () => text(readFileSync(join(folder, name), 'utf8'), type), hidden)
  return app
}
