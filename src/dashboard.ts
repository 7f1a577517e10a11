import { join } from 'node:path'
import { staticPlugin } from '@elysiajs/static'
import { Elysia } from 'elysia'

const root = join(import.meta.dir, '..')

/** Nothing but this server's own files is loaded, run or talked to; a script in a name or an answer could not run. */
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
}

const hidden = { hide: true }

/** The styles of the plots, as their package brings them. */
const plotStyles = await Bun.file(Bun.resolveSync('uplot/dist/uPlot.min.css', import.meta.dir)).text()

/**
 * The dashboard: the files of public/ at /, and its program at /app.js, which Bun builds once at the start. Under
 * `bun run dev` it is built for every load: the watcher does not see files that only a browser runs.
 */
export async function dashboard() {
  const watched = process.execArgv.includes('--watch')
  const built = await buildScript()
  return (
    new Elysia({ name: 'dashboard' })
      // The plugin's own `headers` do not reach HTML. This hook reaches every route of this instance and no other.
      .onAfterHandle(({ response, set }) => {
        Object.assign(set.headers, headers)
        return response
      })
      .use(
        await staticPlugin({
          assets: join(root, 'public'),
          prefix: '/',
          alwaysStatic: true,
          indexHTML: true,
          directive: 'no-cache',
          maxAge: 0,
          detail: hidden,
        }),
      )
      .get('/uplot.css', () => new Response(plotStyles, { headers: { 'content-type': 'text/css; charset=utf-8' } }), {
        detail: hidden,
      })
      .get('/uplot.css', () => new Response(plotStyles, { headers: { 'content-type': 'text/css; charset=utf-8' } }), {
        detail: hidden,
      })
      .get('/uplot.css', () => new Response(plotStyles, { headers: { 'content-type': 'text/css; charset=utf-8' } }), {
        detail: hidden,
      })
      .get(
        '/app.js',
        async ({ request }) => {
          const { text, etag } = watched ? await buildScript() : built
          if (request.headers.get('if-none-match') === etag)
            return new Response(null, { status: 304, headers: { etag } })
          return new Response(text, { headers: { etag, 'content-type': 'text/javascript; charset=utf-8' } })
        },
        { detail: hidden },
      )
  )
}

/** @throws an error that says what the bundler refused */
async function buildScript(): Promise<{ text: string; etag: string }> {
  const built = await Bun.build({
    entrypoints: [join(root, 'src/dashboard/main.tsx')],
    target: 'browser',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [output] = built.outputs
  if (!output) throw new Error(`The dashboard could not be built: ${built.logs.join('; ')}`)
  const text = await output.text()
  return { text, etag: `"${Bun.hash(text).toString(36)}"` }
}
