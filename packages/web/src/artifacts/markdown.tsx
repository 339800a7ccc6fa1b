import { lexer, type MarkedToken, type Token, type Tokens } from 'marked'
import { createElement, Fragment, type ReactNode } from 'react'
import { inOrder } from '../kernel/in-order.ts'

/** Markdown as elements. HTML inside it stays text, and links lead only to the web: nothing that a step wrote can run here. */
export default function Markdown({ text }: { readonly text: string }) {
  return <>{draw(lexer(text))}</>
}

// marked types its generic tokens loosely; those of its own kinds are all that its lexer makes.
const isKnown = (token: Token): token is MarkedToken =>
  token.type in DRAWN || token.type === 'space' || token.type === 'def'

const draw = (tokens: readonly Token[] = []): ReactNode =>
  inOrder(tokens).map(({ key, item }) => <Fragment key={key}>{isKnown(item) && drawOne(item)}</Fragment>)

type Draw<Kind extends MarkedToken['type']> = (token: Extract<MarkedToken, { type: Kind }>) => ReactNode

const DRAWN: { readonly [Kind in Exclude<MarkedToken['type'], 'space' | 'def'>]: Draw<Kind> } = {
  // The page has its own first heading: those of a document stand under it.
  heading: (token) => createElement(`h${Math.min(6, token.depth + 2)}`, null, draw(token.tokens)),
  paragraph: (token) => <p>{draw(token.tokens)}</p>,
  text: (token) => ('tokens' in token && token.tokens ? draw(token.tokens) : unescaped(token.text)),
  escape: (token) => token.text,
  strong: (token) => <strong>{draw(token.tokens)}</strong>,
  em: (token) => <em>{draw(token.tokens)}</em>,
  del: (token) => <del>{draw(token.tokens)}</del>,
  br: () => <br />,
  hr: () => <hr />,
  codespan: (token) => <code>{unescaped(token.text)}</code>,
  code: (token) => <pre>{token.text}</pre>,
  blockquote: (token) => <blockquote>{draw(token.tokens)}</blockquote>,
  html: (token) => token.text,
  link: (token) => <MarkdownLink link={token} />,
  image: (token) => (isOwnImage(token.href) ? <img src={token.href} alt={token.text} /> : `[${token.text}]`),
  checkbox: (token) => (token.checked ? '☑ ' : '☐ '),
  list: (token) => createElement(token.ordered ? 'ol' : 'ul', null, draw(token.items)),
  list_item: (token) => <li>{draw(token.tokens)}</li>,
  table: (token) => <MarkdownTable table={token} />,
}

function drawOne(token: MarkedToken): ReactNode {
  if (token.type === 'space' || token.type === 'def') return null
  // Each kind is drawn by the function of its own name.
  const drawn = DRAWN[token.type] as (token: MarkedToken) => ReactNode
  return drawn(token)
}

const isOwnImage = (href: string) => /^data:image\/(png|jpeg|gif|webp);base64,/.test(href)
const isWebAddress = (href: string) => /^(https?:|mailto:|#)/i.test(href)

function MarkdownLink({ link }: { readonly link: Tokens.Link }) {
  if (!isWebAddress(link.href)) return <>{draw(link.tokens)}</>
  return (
    <a href={link.href} target="_blank" rel="noreferrer noopener">
      {draw(link.tokens)}
    </a>
  )
}

function MarkdownTable({ table }: { readonly table: Tokens.Table }) {
  const cells = (row: readonly Tokens.TableCell[], tag: 'th' | 'td') =>
    inOrder(row).map(({ key, item }) =>
      createElement(tag, { key, style: { textAlign: item.align ?? 'left' } }, draw(item.tokens)),
    )
  return (
    <table>
      <thead>
        <tr>{cells(table.header, 'th')}</tr>
      </thead>
      <tbody>
        {inOrder(table.rows).map(({ key, item }) => (
          <tr key={key}>{cells(item, 'td')}</tr>
        ))}
      </tbody>
    </table>
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
/** What the lexer escapes for HTML is shown as it was written: here it becomes text, never markup. */
const unescaped = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (all, name: string) => ENTITIES[name] ?? all)
