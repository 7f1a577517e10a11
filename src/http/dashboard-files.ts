import { basename, join } from 'node:path'
import { staticPlugin } from '@elysiajs/static'
import { Elysia } from 'elysia'
import { type Compressed, compress, compressedResponse } from './compressed.ts'

const root = join(import.meta.dir, '../..')
const publicFolder = join(root, 'public')

/** Browsers load, run and contact only this server. A script injected through a name or a response does not run. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ')

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
  vary: 'accept-encoding',
}

const hidden = { hide: true }

/** Content types of the files that are compressed, by extension. */
const textTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * Serves the dashboard: the files of public/ at /, its scripts at /app.js and /app-HASH.js, and the styles of its plots at
 * /uplot.css. The scripts are built and all texts are compressed once, here. Under `bun run dev` the scripts are built for every
 * request and
 * nothing is compressed, because Bun's watcher does not watch files that only a browser runs.
 */
export async function dashboard() {
  const watched = process.execArgv.includes('--watch')
  const built = await buildScripts(watched)
  const plotStyles = await Bun.file(Bun.resolveSync('uplot/dist/uPlot.min.css', import.meta.dir)).text()
  const generated = { ...built, '/uplot.css': plotStyles }
  const compressed = watched ? undefined : await compressAll(generated)
  return (
    new Elysia({ name: 'dashboard' })
      .onBeforeHandle(({ request, path }) => {
        const file = compressed?.get(path)
        return file && compressedResponse(request, file)
      })
      // Not the plugin's `headers` option, which does not apply to HTML. This hook applies to this instance's routes only.
      .onAfterHandle(({ response, set }) => {
        Object.assign(set.headers, headers)
        return response
      })
      .use(
        await staticPlugin({
          assets: publicFolder,
          prefix: '/',
          alwaysStatic: true,
          indexHTML: true,
          directive: 'no-cache',
          maxAge: 0,
          detail: hidden,
        }),
      )
      .get('/uplot.css', ({ request }) => textResponse(request, plotStyles, 'css'), { detail: hidden })
      .use(scripts(built, watched))
  )
}

/** Compresses all texts, by path. @param generated those that are not files in public/ */
async function compressAll(generated: Readonly<Record<string, string>>): Promise<Map<string, Compressed>> {
  const texts = new Map(Object.entries(generated))
  for (const name of new Bun.Glob('*').scanSync(publicFolder))
    if (typeOf(name)) texts.set(`/${name}`, await Bun.file(join(publicFolder, name)).text())
  texts.set('/', texts.get('/index.html') ?? '')
  return new Map([...texts].map(([path, text]) => [path, compress(text, typeOf(path) ?? (textTypes.html as string))]))
}

const typeOf = (path: string) => textTypes[path.split('.').at(-1) ?? '']

/** Responds with an uncompressed text, or 304 when If-None-Match names it. */
function textResponse(request: Request, text: string, kind: 'css' | 'js'): Response {
  const etag = `"${Bun.hash(text).toString(36)}"`
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
  return new Response(text, { headers: { etag, 'content-type': textTypes[kind] as string } })
}

/** Serves the scripts. @param watched whether they are built for every request */
function scripts(built: Readonly<Record<string, string>>, watched: boolean) {
  const app = new Elysia({ name: 'dashboard-scripts' })
  for (const [path, text] of Object.entries(built))
    app.get(
      path,
      async ({ request }) => textResponse(request, (watched ? (await buildScripts(watched))[path] : text) ?? '', 'js'),
      { detail: hidden },
    )
  return app
}

/**
 * Bundles the dashboard's scripts: app.js, and those that it loads later, whose names contain a hash of their content.
 * @param watched whether sources may change, and with them the names: then everything is in app.js
 * @returns the texts, by path
 * @throws Error with the bundler's messages
 */
async function buildScripts(watched: boolean): Promise<Readonly<Record<string, string>>> {
  const built = await Bun.build({
    entrypoints: [join(root, 'src/dashboard/main.tsx')],
    target: 'browser',
    minify: true,
    splitting: !watched,
    naming: { entry: 'app.js', chunk: 'app-[hash].js' },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  if (built.outputs.length === 0) throw new Error(`The dashboard could not be built: ${built.logs.join('; ')}`)
  const texts = built.outputs.map(async (output) => [`/${basename(output.path)}`, await output.text()] as const)
  return Object.fromEntries(await Promise.all(texts))
}
