import { staticPlugin } from '@elysiajs/static'
import { Elysia } from 'elysia'
import { compress, compressedResponse } from './compressed.ts'
import { buildDashboard, type DashboardBuild, publicFolder } from './dashboard-build.ts'
import { isKnown } from './validators.ts'

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

/** For addresses that name their content: what they lead to never changes. */
const lastingCache = 'public, max-age=31536000, immutable'

const hidden = { hide: true }

/** Content types, by extension. */
const textTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}
const typeOf = (path: string) => textTypes[path.split('.')[1] ?? 'html'] as string

/**
 * Serves the dashboard: its page at /, its style sheet and its scripts, which are built and compressed once, here, and its font
 * and icon. Under `bun run dev` all is built for every request and nothing is compressed, because Bun's watcher does not watch
 * files that only a browser runs.
 */
export async function dashboard() {
  const watched = process.execArgv.includes('--watch')
  const built = await buildDashboard(watched)
  return (
    new Elysia({ name: 'dashboard' })
      // Not the plugin's `headers` option, which would leave out the texts below. This hook applies to this instance's routes only.
      .onAfterHandle(({ request, response, set }) => {
        Object.assign(set.headers, headers)
        const { pathname, search } = new URL(request.url)
        if (built.lasting.has(pathname + search)) set.headers['cache-control'] = lastingCache
        return response
      })
      .use(
        await staticPlugin({
          assets: publicFolder,
          prefix: '/',
          alwaysStatic: true,
          indexHTML: false,
          ignorePatterns: [/\.(?:css|html)$/],
          directive: 'no-cache',
          maxAge: 0,
          detail: hidden,
        }),
      )
      .use(watched ? watchedTexts(built) : heldTexts(built))
  )
}

/** The texts of a build, by path. */
const textsOf = ({ page, texts }: DashboardBuild): [path: string, text: string][] => [
  ['/', page],
  ['/index.html', page],
  ...Object.entries(texts),
]

function heldTexts(built: DashboardBuild) {
  const app = new Elysia({ name: 'dashboard-texts' })
  for (const [path, text] of textsOf(built)) {
    const compressed = compress(text, typeOf(path))
    app.get(path, ({ request }) => compressedResponse(request, compressed) ?? plainResponse(request, path, text), {
      detail: hidden,
    })
  }
  return app
}

function watchedTexts(built: DashboardBuild) {
  const app = new Elysia({ name: 'dashboard-texts' })
  for (const [path] of textsOf(built))
    app.get(
      path,
      async ({ request }) => {
        const texts = new Map(textsOf(await buildDashboard(true)))
        return plainResponse(request, path, texts.get(path) ?? '')
      },
      { detail: hidden },
    )
  return app
}

/** Responds with an uncompressed text, or 304 when If-None-Match names it. */
function plainResponse(request: Request, path: string, text: string): Response {
  const etag = `"${Bun.hash(text).toString(36)}"`
  if (isKnown(request, etag)) return new Response(null, { status: 304, headers: { etag } })
  return new Response(text, { headers: { etag, 'content-type': typeOf(path) } })
}
