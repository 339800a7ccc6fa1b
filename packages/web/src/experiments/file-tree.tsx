import type { ArtifactFile } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { formatBytes } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import classes from './experiments.module.css'
import type { FileSource } from './file-source.ts'
import { filesQuery } from './queries.ts'

const MOST = 500

type FileTreeProps = {
  readonly source: FileSource
  readonly files: readonly ArtifactFile[]
  readonly open: ReadonlySet<string>
  readonly selected: string | undefined
  readonly onTurn: (path: string) => void
  readonly onFile: (path: string) => void
}

/** Folders and files of one level; an open folder has its own below it. */
export function FileTree(props: FileTreeProps) {
  const { files, open, selected, onTurn, onFile } = props
  return (
    <ul className={classes.tree}>
      {files.slice(0, MOST).map((file) => {
        const name = file.path.split('/').at(-1)
        const isOpen = open.has(file.path)
        return (
          <li key={file.path}>
            {file.isFolder ? (
              <button type="button" aria-expanded={isOpen} onClick={() => onTurn(file.path)} title={file.path}>
                <i aria-hidden="true">{isOpen ? '▾' : '▸'}</i>
                <span>{name}</span>
              </button>
            ) : (
              <button
                type="button"
                aria-pressed={file.path === selected}
                onClick={() => onFile(file.path)}
                title={file.path}
              >
                <i aria-hidden="true" />
                <span>{name}</span>
                <small>{formatBytes(file.sizeBytes)}</small>
              </button>
            )}
            {file.isFolder && isOpen && <Folder {...props} path={file.path} />}
          </li>
        )
      })}
      {files.length > MOST && <li>and {files.length - MOST} more</li>}
    </ul>
  )
}

function Folder({ path, ...props }: FileTreeProps & { readonly path: string }) {
  const query = useQuery(filesQuery(props.source, path))
  return (
    <Loaded query={query} height={24}>
      {({ files }) => <FileTree {...props} files={files} />}
    </Loaded>
  )
}
