import { join } from 'node:path'
import { staticPlugin } from '@elysiajs/static'
import { Elysia } from 'elysia'

const root = join(import.meta.dir, '..')

/** The dashboard: the files of public/ at /, and its program, which Bun builds once at the start, at /app.js. */
export async function dashboard() {
  const script = await buildScript()
  return new Elysia({ name: 'dashboard' })
    .use(
      await staticPlugin({
        assets: join(root, 'public'),
        prefix: '/',
        alwaysStatic: true,
        indexHTML: true,
        directive: 'no-cache',
        maxAge: 0,
      }),
    )
    .get(
      '/app.js',
      () =>
        new Response(script, {
          headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
        }),
      {
        detail: { hide: true },
      },
    )
}

async function buildScript(): Promise<string> {
  const built = await Bun.build({
    entrypoints: [join(root, 'src/dashboard/main.tsx')],
    target: 'browser',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [output] = built.outputs
  if (!output) throw new Error('The dashboard could not be built.')
  return output.text()
}
