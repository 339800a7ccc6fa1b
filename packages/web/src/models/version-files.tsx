import type { ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import shared from '../experiments/experiments.module.css'
import { FileRoot } from '../experiments/file-root.tsx'
import type { FileSource } from '../experiments/file-source.ts'
import { FileView } from '../experiments/file-view.tsx'
import { filesQuery } from '../experiments/queries.ts'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'

type VersionFilesProps = {
  readonly version: ModelVersion
  /** The path of the one that is looked at. */
  readonly file: string | undefined
  readonly onFile: (path: string) => void
}

/** The files that a version came with, as they were logged. */
export default function VersionFiles({ version: { model, version }, file, onFile }: VersionFilesProps) {
  const origin: FileSource = { kind: 'version', id: `${model}@${version}` }
  const root = useQuery(filesQuery(origin, ''))
  return (
    <Section title="Files" note="as they were logged">
      <Loaded query={root} height={140}>
        {({ files, elsewhere }) =>
          files.length === 0 ? (
            <Card>
              <Empty>
                {elsewhere ? (
                  <>
                    They are kept at <code>{elsewhere}</code>, where this server reads nothing.
                  </>
                ) : (
                  'There are none.'
                )}
              </Empty>
            </Card>
          ) : (
            <div className={shared.files}>
              <Card>
                <FileRoot
                  source={origin}
                  shown={file === undefined ? undefined : { source: origin, path: file }}
                  onFile={({ path }) => onFile(path)}
                />
              </Card>
              <Card pad>
                {file === undefined ? (
                  <p className={shared.hint}>Choose a file to look at it.</p>
                ) : (
                  <FileView key={file} source={origin} path={file} />
                )}
              </Card>
            </div>
          )
        }
      </Loaded>
    </Section>
  )
}
