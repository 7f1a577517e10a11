import { basename, join } from 'node:path'

const root = join(import.meta.dir, '../..')

/** The folder of the page, its style sheets, font and icon. */
export const publicFolder = join(root, 'public')

/** The page of the dashboard, with the scripts and the style sheet that it loads. */
export interface DashboardBuild {
  /** The HTML at `/`. */
  readonly page: string
  /** The style sheet and the scripts, by path. */
  readonly texts: Readonly<Record<string, string>>
  /** The paths with queries that name their content, so that a cache may keep what it got from them. */
  readonly lasting: ReadonlySet<string>
}

/**
 * Builds the page: its sheets become one, `style.css`, and its scripts are bundled into `app.js` and those that it loads later,
 * whose names contain a hash of their content. The page names the sheet and `app.js` with such a hash in the query: while
 * replicas are updated in turn, one that has another version still answers.
 * @param watched whether sources may change: then everything is in `app.js`, and no name contains a hash
 * @throws Error with the bundler's messages
 */
export async function buildDashboard(watched: boolean): Promise<DashboardBuild> {
  const source = await Bun.file(join(publicFolder, 'index.html')).text()
  const sheets: string[] = []
  new HTMLRewriter()
    .on('link[rel=stylesheet]', { element: (link) => void sheets.push(link.getAttribute('href') ?? '') })
    .transform(source)
  const [style, scripts] = await Promise.all([joinSheets(sheets), buildScripts(watched)])
  const texts: Readonly<Record<string, string>> = { '/style.css': style, ...scripts }
  const named = (path: string) => (watched ? path : `${path}?v=${Bun.hash(texts[path] ?? '').toString(36)}`)
  let sheetsLeft = sheets.length
  const page = new HTMLRewriter()
    .on('link[rel=stylesheet]', {
      element(link) {
        sheetsLeft -= 1
        if (sheetsLeft > 0) link.remove()
        else link.setAttribute('href', named('/style.css').slice(1))
      },
    })
    .on('script', { element: (script) => void script.setAttribute('src', named('/app.js').slice(1)) })
    .transform(source)
    .replace(/^\s*\n/gm, '')
  const lasting = Object.keys(texts).filter((path) => path !== '/style.css' && path !== '/app.js')
  return { page, texts, lasting: new Set(watched ? [] : [...lasting, named('/style.css'), named('/app.js')]) }
}

/** Returns the text of all sheets, in the order of the page, without comments and spaces that mean nothing. `uplot.css` is that of the library of the plots. */
async function joinSheets(sheets: readonly string[]): Promise<string> {
  const files = sheets.map((name) =>
    name === 'uplot.css' ? Bun.resolveSync('uplot/dist/uPlot.min.css', import.meta.dir) : join(publicFolder, name),
  )
  const text = (await Promise.all(files.map((file) => Bun.file(file).text()))).join('\n')
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*([{};>,])\s*/g, '$1')
    .replace(/([{;][a-z-]+): /g, '$1:')
    .replaceAll(';}', '}')
}

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
