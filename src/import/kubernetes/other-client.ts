/** Programs that make HTTP requests, and whose options are not known here. */
const clients = 'http|https|xh|xhs|httpie|lynx|links|elinks|w3m|aria2c|hurl|grpcurl|newman|ab|hey'
const clientFirst = new RegExp(`(?:^|[;&|\\n]|\\bthen\\b|\\bdo\\b)\\s*(?:[\\w/.-]*\\/)?(${clients})(?=\\s)`, 'm')
/** Programs of which a piece of code is an argument. */
const interpreter =
  /(?:^|[\s;&|/])(python[\d.]*|node|bun|deno|ruby|perl|php|pwsh|powershell)\s+(?:-\w*[cer]\b|eval\b|-Command\b)/i

/** Programs that send what they read: an HTTP request, if it is one. */
const sockets = /(?:^|[\s;&|/])(nc|ncat|netcat|socat|telnet|openssl|dev\/tcp)(?=[\s/])/
/** Returns the program of a command that may make an HTTP request in a way that is not read; undefined if there is none. */
export function otherClient(words: readonly string[]): string | undefined {
  const text = words.join(' ')
  const [, client] = clientFirst.exec(`${text}\n${words.at(-1) ?? ''} `) ?? []
  if (client !== undefined) return client
  const [, socket] = /\bHTTP\/[\d.]/.test(text) ? (sockets.exec(text) ?? []) : []
  if (socket !== undefined) return socket
  return /https?:\/\//i.test(text) ? interpreter.exec(text)?.[1] : undefined
}
