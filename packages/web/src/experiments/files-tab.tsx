import type { LoggedModel, TrackedRunDetail } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import classes from './experiments.module.css'
import { FileRoot } from './file-root.tsx'
import { type FileRef, fileRef, refText } from './file-source.ts'
import { FileView } from './file-view.tsx'
import { filesQuery, loggedModelsQuery } from './queries.ts'

type FilesTabProps = {
  readonly run: TrackedRunDetail
  readonly file: string | undefined
  readonly onFile: (path: string | undefined) => void
}

/** The files of a run and of the models that it logged: folders as a tree, and one file as what it is. */
export default function FilesTab({ run, file, onFile }: FilesTabProps) {
  const root = useQuery(filesQuery({ kind: 'run', id: run.id }, ''))
  const { data: models } = useQuery(loggedModelsQuery(run.id))
  const shown = file === undefined ? undefined : fileRef(run.id, file)
  const open = (ref: FileRef) => onFile(refText(ref))
  return (
    <Section title="Files">
      <Loaded query={root} height={260}>
        {({ files, elsewhere }) =>
          files.length === 0 && (models?.items.length ?? 0) === 0 ? (
            <Card>
              <NoFiles run={run.id} elsewhere={elsewhere} />
            </Card>
          ) : (
            <div className={classes.files}>
              <Card>
                <FileRoot source={{ kind: 'run', id: run.id }} shown={shown} onFile={open} />
                {models?.items.map((model) => (
                  <ModelRoot key={model.id} model={model} shown={shown} onFile={open} />
                ))}
              </Card>
              <Card pad>
                {shown === undefined ? (
                  <p className={classes.hint}>Choose a file to look at it.</p>
                ) : (
                  <FileView key={file} {...shown} />
                )}
              </Card>
            </div>
          )
        }
      </Loaded>
    </Section>
  )
}

type ModelRootProps = {
  readonly model: LoggedModel
  readonly shown: FileRef | undefined
  readonly onFile: (ref: FileRef) => void
}

const ModelRoot = ({ model, shown, onFile }: ModelRootProps) => (
  <div className={classes.modelFiles}>
    <h3 title={model.id}>model {model.name}</h3>
    <FileRoot source={{ kind: 'model', id: model.id }} shown={shown} onFile={onFile} />
  </div>
)

function NoFiles({ run, elsewhere }: { readonly run: string; readonly elsewhere: string | undefined }) {
  if (elsewhere) {
    return (
      <Empty>
        The files of this run are kept at <code>{elsewhere}</code>, which its client writes to by itself.
      </Empty>
    )
  }
  const url = `${window.location.origin}/api/v1/tracking/runs/${run}/artifacts/content?path=model.onnx`
  return (
    <Empty command={`curl -T model.onnx '${url}'`}>
      The run kept no file. Plots, tables, reports and models that a run logs are shown here as what they are.
    </Empty>
  )
}
