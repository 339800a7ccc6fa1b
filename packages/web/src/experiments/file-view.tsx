import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import artifacts from '../artifacts/artifacts.module.css'
import { formatBytes, shortDigest } from '../kernel/format.ts'
import { Loaded, Skeleton } from '../kernel/loaded.tsx'
import classes from './experiments.module.css'
import { type FileKind, fileKind } from './file-kind.ts'
import { type FileRef, fileUrl } from './file-source.ts'
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
export function FileView({ source, path }: FileRef) {
  const folder = path.split('/').slice(0, -1).join('/')
  const query = useQuery(filesQuery(source, folder))
  const name = path.split('/').at(-1)
  return (
    <Loaded query={query} height={300}>
      {({ files }) => {
        const file = files.find((each) => each.path === path)
        if (!file) return <p>There is no file {path} here.</p>
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
              <a href={fileUrl(source, path)} download={name}>
                download
              </a>
            </div>
            <Suspense fallback={<Skeleton height={240} />}>
              <Content source={source} path={path} kind={kind} size={size} />
            </Suspense>
          </div>
        )
      }}
    </Loaded>
  )
}

type ContentProps = FileRef & { readonly kind: FileKind; readonly size: number }

function Content({ source, path, kind, size }: ContentProps) {
  if (kind === 'image') {
    return <img className={artifacts.image} src={fileUrl(source, path)} alt={path.split('/').at(-1)} loading="lazy" />
  }
  if (kind === 'html') {
    return <iframe className={classes.frame} src={fileUrl(source, path)} sandbox="" title={path} loading="lazy" />
  }
  if (kind === 'table') return <RowsView source={source} path={path} />
  if (kind === 'binary') return <p className={classes.hint}>Nothing of it can be shown here: download it.</p>
  if (size > (kind === 'onnx' ? MOST_ONNX_BYTES : MOST_BYTES)) {
    return <p className={classes.hint}>It is too large to be shown here ({formatBytes(size)}): download it.</p>
  }
  return kind === 'onnx' ? (
    <OnnxView source={source} path={path} />
  ) : (
    <TextContent source={source} path={path} kind={kind} />
  )
}

const MOST_CHARACTERS = 300_000

function TextContent({ source, path, kind }: Omit<ContentProps, 'size'>) {
  const query = useQuery(fileTextQuery(source, path))
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
        if (kind === 'json') return <JsonTree text={text} source={source} path={path} />
        return <pre className={classes.code}>{text.slice(0, MOST_CHARACTERS)}</pre>
      }}
    </Loaded>
  )
}
