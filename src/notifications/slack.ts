import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Links } from './links.ts'
import type { Message } from './message.ts'
import { post } from './post.ts'
import type { Sent } from './sent.ts'
import { inWords } from './words.ts'

/** Longest text, in characters. Slack cuts texts after 40,000. */
const longest = 30_000
/** The same for Discord, which refuses texts of more than 2,000. */
const longestForDiscord = 1_900
const discord = /^https:\/\/([a-z0-9-]+\.)?discord(app)?\.com\//

/** The most characters that a text to this URL may have. */
export const lengthFor = (url: string): number => (discord.test(url) ? longestForDiscord : longest)

/**
 * Returns the text of a message for Slack and what takes the same requests, such as Mattermost, which reads it as Markdown.
 * Names and errors are no markup in it. What does not fit is cut off at the end of a line.
 * @param length the most characters
 */
export function slackText(message: Message, links: Links, length = longest): string {
  const { title, sections } = inWords(message)
  const lines = [
    `*${plain(title)}*`,
    ...sections.flatMap(({ heading, lines, more }) => [
      plain(heading),
      ...lines.map(({ text, taskId }) => {
        const link = taskId === null ? undefined : links.task(taskId, message.service.id)
        return `• ${plain(text)}${link === undefined ? '' : ` (<${link}|task>)`}`
      }),
      ...(more > 0 ? [`• and ${more} more`] : []),
    ]),
  ]
  const all = links.alerts(message.service.id)
  const end = [...(all === undefined ? [] : [`<${all}|All alerts>`]), `_notification ${message.id}_`].join('\n')
  return [...fitting(lines, length - end.length - 3), end].join('\n')
}

/** The first lines, as many as have `length` characters together, and an ellipsis for the others. */
function fitting(lines: readonly string[], length: number): readonly string[] {
  let used = 0
  const first = lines.findIndex((line) => {
    used += line.length + 1
    return used > length
  })
  return first < 0 ? lines : [...lines.slice(0, first), '…']
}

/** What Markdown takes for markup wherever it stands, and what looks the same. */
const alike: Readonly<Record<string, string>> = { '*': '\u2217', '`': '\u02cb', '~': '\u223c' }
/** Keeps two characters from being read together. It is not shown. */
const wordJoiner = '\u2060'

/** Takes markup out of a text: of Slack, of Markdown, mentions, addresses that become links, and emoji by name. */
const plain = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*`~]/g, (character) => alike[character] ?? '')
    // Within a word an underscore is no markup, and names with underscores can be copied and searched for.
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, `${wordJoiner}_${wordJoiner}`)
    .replace(/[@#\]\\]|:(?=\/\/|[\w+-]+:)|\bwww(?=\.)/gi, `$&${wordJoiner}`)

/** Sends a message to a Slack-compatible webhook. */
export const sendSlack = (policy: OutboundPolicy, url: string, message: Message, links: Links): Promise<Sent> =>
  post(policy, url, { text: slackText(message, links, lengthFor(url)) })
