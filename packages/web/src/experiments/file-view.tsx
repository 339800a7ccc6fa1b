import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import artifacts from '../artifacts/artifacts.module.css'
import { formatBytes, shortDigest } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import classes from './experiments.module.css'
import { type FileKind, fileKind, fileUrl } from './file-kind.ts'
import { filesQuery, fileTextQuery } from './queries.ts'
import { RowsView } from './rows-view.tsx'

const Markdown = lazy(() => import('../artifacts/markdown.tsx'))
const Notebook = lazy(() => import('../artifacts/notebook.tsx'))
const JsonTree = lazy(() => import('./json-tree.tsx'))
const OnnxView = lazy(() => import('./onnx-view.tsx'))

/** More than this is not read into the page. */
const MOST_BYTES = 5_000_000
const MOST_ONNX_BYTES = 200_000_000

/** A file as what it is: its size, digest and download above. */
export function FileView({ run, path }: { readonly run: TrackedRunDetail; readonly path: string }) {
  const folder = path.split('/').slice(0, -1).join('/')
  const query = useQuery(filesQuery(run.id, folder))
  const name = path.split('/').at(-1)
  return (
    <Loaded query={query} height={300}>
      {({ files }) => {
        const file = files.find((each) => each.path === path)
        if (!file) return <p>There is no file {path} in this run.</p>
        const size = file.sizeBytes ?? 0
        const kind = fileKind(path, file.mediaType)
        return (
          <div className={classes.stack}>
            <div className={classes.fileHead}>
              <b>{path}</b>
              <small>
                {formatBytes(size)} · {file.mediaType ?? 'file'}
                {file.digest && (
                  <>
                    {' · '}
                    <code title={file.digest}>{shortDigest(file.digest)}</code>
                  </>
                )}
              </small>
              <a href={fileUrl(run.id, path)} download={name}>
                download
              </a>
            </div>
            <Suspense fallback={<Skeleton height={240} />}>
              <Content run={run.id} path={path} kind={kind} size={size} />
            </Suspense>
          </div>
        )
      }}
    </Loaded>
  )
}

type ContentProps = { readonly run: string; readonly path: string; readonly kind: FileKind; readonly size: number }

function Content({ run, path, kind, size }: ContentProps) {
  if (kind === 'image') {
    return <img className={artifacts.image} src={fileUrl(run, path)} alt={path.split('/').at(-1)} loading="lazy" />
  }
  if (kind === 'html') {
    return <iframe className={classes.frame} src={fileUrl(run, path)} sandbox="" title={path} loading="lazy" />
  }
  if (kind === 'table') return <RowsView run={run} path={path} />
  if (kind === 'binary') return <p className={classes.hint}>Nothing of it can be shown here: download it.</p>
  if (size > (kind === 'onnx' ? MOST_ONNX_BYTES : MOST_BYTES)) {
    return <p className={classes.hint}>It is too large to be shown here ({formatBytes(size)}): download it.</p>
  }
  return kind === 'onnx' ? <OnnxView run={run} path={path} /> : <TextContent run={run} path={path} kind={kind} />
}

const MOST_CHARACTERS = 300_000

function TextContent({ run, path, kind }: Omit<ContentProps, 'size'>) {
  const query = useQuery(fileTextQuery(run, path))
  return (
    <Loaded query={query} height={240}>
      {(text) => {
        if (kind === 'markdown') {
          return (
            <div className={artifacts.markdown}>
              <Markdown text={text} />
            </div>
          )
        }
        if (kind === 'notebook') return <Notebook text={text} />
        if (kind === 'json') return <JsonTree text={text} run={run} path={path} />
        return <pre className={classes.code}>{text.slice(0, MOST_CHARACTERS)}</pre>
      }}
    </Loaded>
  )
}
