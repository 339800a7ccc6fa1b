import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { formatBytes } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import { contentView } from './artifact-kind.ts'
import classes from './artifacts.module.css'
import { type ContentRef, contentQuery, contentUrl } from './queries.ts'

const Markdown = lazy(() => import('./markdown.tsx'))
const Notebook = lazy(() => import('./notebook.tsx'))

type ContentViewProps = {
  readonly content: ContentRef
  readonly mediaType: string | undefined
  readonly sizeBytes: number
}

/** More than this is not read into the page. */
const MOST_BYTES = 5_000_000

/** Content as what it is. HTML stands in a frame of its own, where the server's policy lets nothing of it reach this page. */
export function ContentView({ content, mediaType, sizeBytes }: ContentViewProps) {
  const view = contentView(mediaType, content.path)
  if (view === 'binary') return null
  const name = content.path ?? content.output
  if (view === 'image') return <img className={classes.image} src={contentUrl(content)} alt={name} loading="lazy" />
  if (view === 'html') {
    return <iframe className={classes.html} src={contentUrl(content)} sandbox="" title={name} loading="lazy" />
  }
  if (sizeBytes > MOST_BYTES) return <p>It is too large to be shown here ({formatBytes(sizeBytes)}): download it.</p>
  return <TextContent content={content} view={view} />
}

type TextView = 'json' | 'markdown' | 'notebook' | 'text'

function TextContent({ content, view }: { readonly content: ContentRef; readonly view: TextView }) {
  const query = useQuery(contentQuery(content))
  return (
    <Loaded query={query} height={160}>
      {(text) => (
        <Suspense fallback={<Skeleton height={160} />}>
          {view === 'markdown' && (
            <div className={classes.markdown}>
              <Markdown text={text} />
            </div>
          )}
          {view === 'notebook' && <Notebook text={text} />}
          {view === 'json' && <pre className={classes.text}>{indented(text).slice(0, MOST_CHARACTERS)}</pre>}
          {view === 'text' && <pre className={classes.text}>{text.slice(0, MOST_CHARACTERS)}</pre>}
        </Suspense>
      )}
    </Loaded>
  )
}

const MOST_CHARACTERS = 200_000

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
