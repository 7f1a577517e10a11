import { join } from 'node:path'
import { staticPlugin } from '@elysiajs/static'
import { Elysia } from 'elysia'
import { answerCompressed, type Compressed, compress } from './compressed.ts'

const root = join(import.meta.dir, '../..')
const publicFolder = join(root, 'public')

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
  vary: 'accept-encoding',
}

const hidden = { hide: true }

/** What is not worth compressing, or is so already, is not here. */
const textTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/**
 * The dashboard: the files of public/ at /, its program at /app.js, which Bun builds once at the start, and the styles
 * of its plots. Texts are compressed once too. Under `bun run dev` the program is built for every load, and nothing is
 * compressed: the watcher does not see files that only a browser runs.
 */
export async function dashboard() {
  const watched = process.execArgv.includes('--watch')
  const built = await buildScript()
  const plotStyles = await Bun.file(Bun.resolveSync('uplot/dist/uPlot.min.css', import.meta.dir)).text()
  const generated = { '/app.js': built, '/uplot.css': plotStyles }
  const compressed = watched ? undefined : await compressAll(generated)
  return (
    new Elysia({ name: 'dashboard' })
      .onBeforeHandle(({ request, path }) => {
        const file = compressed?.get(path)
        return file && answerCompressed(request, file)
      })
      // The plugin's own `headers` do not reach HTML. This hook reaches every route of this instance and no other.
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
      .get('/uplot.css', ({ request }) => answerText(request, plotStyles, 'css'), { detail: hidden })
      .get('/app.js', async ({ request }) => answerText(request, watched ? await buildScript() : built, 'js'), {
        detail: hidden,
      })
  )
}

/** The texts by the paths they stand at. @param generated those that are not in public/ */
async function compressAll(generated: Readonly<Record<string, string>>): Promise<Map<string, Compressed>> {
  const texts = new Map(Object.entries(generated))
  for (const name of new Bun.Glob('*').scanSync(publicFolder))
    if (typeOf(name)) texts.set(`/${name}`, await Bun.file(join(publicFolder, name)).text())
  texts.set('/', texts.get('/index.html') ?? '')
  return new Map([...texts].map(([path, text]) => [path, compress(text, typeOf(path) ?? (textTypes.html as string))]))
}

const typeOf = (path: string) => textTypes[path.split('.').at(-1) ?? '']

/** The text as it is, or 304 for who has it. */
function answerText(request: Request, text: string, kind: 'css' | 'js'): Response {
  const etag = `"${Bun.hash(text).toString(36)}"`
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
  return new Response(text, { headers: { etag, 'content-type': textTypes[kind] as string } })
}

/** @throws an error that says what the bundler refused */
async function buildScript(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(root, 'src/dashboard/main.tsx')],
    target: 'browser',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [output] = built.outputs
  if (!output) throw new Error(`The dashboard could not be built: ${built.logs.join('; ')}`)
  return output.text()
}
