/** The samples of a text in Prometheus' format, by name with labels as they stand there. */
export function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const [, name, value] =
      /^([a-z][a-z0-9_]*(?:\{[a-zA-Z_]+="[^"]*"(?:,[a-zA-Z_]+="[^"]*")*\})?) (\S+)$/.exec(line) ?? []
    if (!name || Number.isNaN(Number(value))) throw new Error(`This is no sample: ${line}`)
    if (samples.has(name)) throw new Error(`This sample comes twice: ${name}`)
    samples.set(name, Number(value))
  }
  return samples
}

/** Asks an app for its metrics. */
export async function scrape(app: { fetch(request: Request): Promise<Response> }): Promise<Map<string, number>> {
  const response = await app.fetch(new Request('http://localhost/metrics'))
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`)
  return samplesOf(await response.text())
}
