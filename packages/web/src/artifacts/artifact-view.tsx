import type { Artifact } from '@regia/core'
import { lazy, Suspense, useState } from 'react'
import { formatBytes, formatCount, plural, shortDigest } from '../kernel/format.ts'
import { Skeleton } from '../kernel/loaded.tsx'
import { TablePreview } from '../runs/table-preview.tsx'
import classes from './artifacts.module.css'
import { ContentView } from './content-view.tsx'
import { FolderView } from './folder-view.tsx'
import { ListView } from './list-view.tsx'
import { ModelLinks } from './model-links.tsx'
import { artifactRef, type ContentRef, contentUrl } from './queries.ts'

const LineagePanel = lazy(() => import('./lineage-panel.tsx'))

type ArtifactViewProps = { readonly artifact: Artifact; readonly content: ContentRef }

/** What a step made on a port: size, digest, download, lineage, and the content as what it is. */
export function ArtifactView({ artifact, content }: ArtifactViewProps) {
  const [hasLineage, setLineage] = useState(false)
  return (
    <div className={classes.artifact}>
      <p>
        <span>{factsOf(artifact)}</span> · <code title={artifact.digest}>{shortDigest(artifact.digest)}</code> ·{' '}
        <a href={contentUrl(content)} download={downloadName(artifact, content)}>
          download
        </a>
        {' · '}
        <button type="button" aria-expanded={hasLineage} onClick={() => setLineage(!hasLineage)}>
          lineage
        </button>
      </p>
      {hasLineage && (
        <Suspense fallback={<Skeleton height={100} />}>
          <LineagePanel kind="artifact" at={artifactRef(content)} />
        </Suspense>
      )}
      <Content artifact={artifact} content={content} />
    </div>
  )
}

function Content({ artifact, content }: ArtifactViewProps) {
  switch (artifact.kind) {
    case 'table':
      return <TablePreview run={content.run} step={content.step} output={content.output} />
    case 'folder':
      return <FolderView content={content} />
    case 'list':
      return <ListView artifact={artifact} content={content} />
    case 'file':
      return <ContentView content={content} mediaType={artifact.mediaType} sizeBytes={artifact.sizeBytes} />
    case 'model':
      return <ModelLinks content={content} />
    default:
      return artifact.value === undefined ? null : (
        <pre className={classes.text}>{JSON.stringify(artifact.value, null, 2).slice(0, MOST_CHARACTERS)}</pre>
      )
  }
}

const MOST_CHARACTERS = 20_000

function factsOf(artifact: Artifact): string {
  const what = artifact.kind === 'file' ? (artifact.mediaType ?? 'file') : artifact.kind
  const rows = artifact.rowCount === undefined ? [] : [`${formatCount(artifact.rowCount)} rows`]
  const of = artifact.kind === 'folder' ? 'file' : (artifact.itemKind ?? 'element')
  const count = artifact.count === undefined ? [] : [plural(artifact.count, of)]
  return [what, formatBytes(artifact.sizeBytes), ...rows, ...count].join(' · ')
}

const EXTENSIONS: Partial<Record<Artifact['kind'], string>> = {
  table: '.parquet',
  value: '.json',
  report: '.json',
  list: '.json',
}

const downloadName = ({ kind }: Artifact, { step, output, path }: ContentRef) =>
  path?.split('/').at(-1) ?? `${step}.${output}${EXTENSIONS[kind] ?? ''}`
