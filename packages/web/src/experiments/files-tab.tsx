import type { TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import classes from './experiments.module.css'
import { FileTree } from './file-tree.tsx'
import { FileView } from './file-view.tsx'
import { filesQuery } from './queries.ts'

type FilesTabProps = {
  readonly run: TrackedRunDetail
  readonly file: string | undefined
  readonly onFile: (path: string | undefined) => void
}

/** The files of a run: a tree of folders, read one by one as they are opened, and one file as what it is. */
export default function FilesTab({ run, file, onFile }: FilesTabProps) {
  const root = useQuery(filesQuery(run.id, ''))
  const [turned, setTurned] = useState<ReadonlySet<string>>(() => new Set())
  const open = useMemo(() => openFolders(turned, file), [turned, file])
  const turn = (path: string) => setTurned((before) => toggledSet(before, path))
  return (
    <Section title="Files">
      <Loaded query={root} height={260}>
        {({ files, elsewhere }) =>
          files.length === 0 ? (
            <Card>
              {elsewhere ? (
                <Empty>
                  The files of this run are kept at <code>{elsewhere}</code>, which its client writes to by itself.
                </Empty>
              ) : (
                <Empty
                  command={`curl -T model.onnx '${window.location.origin}/api/v1/tracking/runs/${run.id}/artifacts/content?path=model.onnx'`}
                >
                  The run kept no file. Plots, tables, reports and models that a run logs are shown here as what they
                  are.
                </Empty>
              )}
            </Card>
          ) : (
            <div className={classes.files}>
              <Card>
                <FileTree run={run.id} files={files} open={open} selected={file} onTurn={turn} onFile={onFile} />
              </Card>
              <Card pad>
                {file === undefined ? (
                  <p className={classes.hint}>Choose a file to look at it.</p>
                ) : (
                  <FileView key={file} run={run} path={file} />
                )}
              </Card>
            </div>
          )
        }
      </Loaded>
    </Section>
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
