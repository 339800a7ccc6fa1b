import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Loaded } from '../kernel/loaded.tsx'
import type { FileRef, FileSource } from './file-source.ts'
import { FileTree } from './file-tree.tsx'
import { filesQuery } from './queries.ts'

type FileRootProps = {
  readonly source: FileSource
  readonly shown: FileRef | undefined
  readonly onFile: (ref: FileRef) => void
}

/** All files of one source; folders are read one by one, as they are opened. */
export function FileRoot({ source, shown, onFile }: FileRootProps) {
  const query = useQuery(filesQuery(source, ''))
  const [turned, setTurned] = useState<ReadonlySet<string>>(() => new Set())
  const selected = shown?.source.id === source.id ? shown.path : undefined
  const open = useMemo(() => openFolders(turned, selected), [turned, selected])
  return (
    <Loaded query={query} height={60}>
      {({ files }) => (
        <FileTree
          source={source}
          files={files}
          open={open}
          selected={selected}
          onTurn={(path) => setTurned((before) => toggledSet(before, path))}
          onFile={(path) => onFile({ source, path })}
        />
      )}
    </Loaded>
  )
}

// The folders above the file that the address names are open from the start.
function openFolders(turned: ReadonlySet<string>, file: string | undefined): ReadonlySet<string> {
  const parts = file?.split('/').slice(0, -1) ?? []
  const above = parts.map((_, i) => parts.slice(0, i + 1).join('/'))
  return new Set([...above.filter((path) => !turned.has(path)), ...[...turned].filter((path) => !above.includes(path))])
}

function toggledSet(before: ReadonlySet<string>, path: string): ReadonlySet<string> {
  const next = new Set(before)
  if (!next.delete(path)) next.add(path)
  return next
}
