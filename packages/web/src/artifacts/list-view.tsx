import { Button } from '@mantine/core'
import type { Artifact } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatCount } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import classes from './artifacts.module.css'
import { ContentView } from './content-view.tsx'
import { type ContentRef, contentQuery } from './queries.ts'

type ListViewProps = { readonly artifact: Artifact; readonly content: ContentRef }

/** What a mapped step made, one element at a time. */
export function ListView({ artifact, content }: ListViewProps) {
  const [index, setIndex] = useState(0)
  const count = artifact.count ?? 0
  if (count === 0) return <p>It has no elements.</p>
  const at = { ...content, index }
  return (
    <div className={classes.list}>
      <div className={classes.listHead}>
        <Button disabled={index === 0} onClick={() => setIndex(index - 1)} aria-label="Element before">
          ←
        </Button>
        <span>
          element {formatCount(index)} of {formatCount(count)}, from 0
        </span>
        <Button disabled={index >= count - 1} onClick={() => setIndex(index + 1)} aria-label="Next element">
          →
        </Button>
      </div>
      {artifact.itemKind === 'value' || artifact.itemKind === 'report' ? (
        <ValueElement content={at} />
      ) : (
        <ContentView content={at} mediaType={artifact.mediaType} sizeBytes={artifact.sizeBytes} />
      )}
    </div>
  )
}

function ValueElement({ content }: { readonly content: ContentRef }) {
  const query = useQuery(contentQuery(content))
  return (
    <Loaded query={query} height={60}>
      {(text) => <pre className={classes.text}>{text.slice(0, 20_000)}</pre>}
    </Loaded>
  )
}
