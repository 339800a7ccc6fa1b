import { addressOf, postJson } from './post-json.ts'
import type { Send } from './sender.ts'

/** What Slack, Mattermost and others take. */
export const sendSlack: Send<'slack'> = async (via, { notification, link, read, signal }) => {
  const { title, text } = notification
  const lines = [`*${plain(title)}*`, plain(text), link.startsWith('http') ? `<${link}>` : link]
  const body = JSON.stringify({ text: lines.filter(Boolean).join('\n') })
  await postJson({ url: await addressOf(via.url, read), body, signal })
}

/** The three characters with a meaning of their own; nothing that a user wrote becomes a link or a mention. */
const plain = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
