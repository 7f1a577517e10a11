import type { OutboundPolicy } from '../outbound/policy.ts'
import type { Links } from './links.ts'
import type { Message } from './message.ts'
import { post } from './post.ts'
import type { Sent } from './sent.ts'
import { inWords } from './words.ts'

/** Longest text, in characters. Slack cuts texts after 40,000. */
const longest = 30_000

/**
 * Returns the text of a message for Slack and what takes the same requests. Names and errors are no markup in it: `&`, `<` and
 * `>` are escaped, and characters that format or mention are separated from what follows by a word joiner.
 */
export function slackText(message: Message, links: Links): string {
  const { title, sections } = inWords(message)
  const lines = [
    `*${plain(title)}*`,
    ...sections.flatMap(({ heading, lines, more }) => [
      plain(heading),
      ...lines.map(({ text, taskId }) => {
        const link = taskId === null ? undefined : links.task(taskId)
        return `• ${plain(text)}${link === undefined ? '' : ` (<${link}|task>)`}`
      }),
      ...(more > 0 ? [`• and ${more} more`] : []),
    ]),
    ...(links.alerts === undefined ? [] : [`<${links.alerts}|All alerts>`]),
    `_notification ${message.id}_`,
  ]
  const text = lines.join('\n')
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

/** Takes markup out of a text. */
const plain = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`@#[\]|\\]/g, '$&\u2060')

/** Sends a message to a Slack-compatible webhook. */
export const sendSlack = (policy: OutboundPolicy, url: string, message: Message, links: Links): Promise<Sent> =>
  post(policy, url, { text: slackText(message, links) })
