import { type ArtifactTree, artifactFolderOf, type LoggedModels } from '@regia/core'
import { inModelWords } from '../tracking/words.ts'
import { type Endpoint, endpoint, invalidParameter, orAbsent, rephrase, required, text } from '../wire/index.ts'

/** What lies in a folder of a logged model, with paths that begin at the model. */
export const listModelFiles = (models: LoggedModels, tree: ArtifactTree): Endpoint =>
  endpoint({
    verb: 'GET',
    path: '/mlflow/logged-models/:model_id/artifacts/directories',
    fields: { model_id: required(text()), artifact_directory_path: text() },
    handle: async ({ model_id, artifact_directory_path: folder = '' }) => {
      const { artifactUri } = await inModelWords(model_id, models.get(model_id))
      const root = artifactFolderOf(artifactUri)
      if (root === undefined)
        throw invalidParameter(`The files of the model are at ${artifactUri}, not on this server.`)
      const place = folder === '' ? root : `${root}/${folder.replace(/\/+$/, '')}`
      const listed = await rephrase(tree.list(place), { INVALID_INPUT: () => invalidParameter('Invalid path') })
      const files = listed.map(({ path, isFolder, sizeBytes }) => ({
        path: path.slice(root.length + 1),
        is_dir: isFolder,
        file_size: isFolder ? undefined : sizeBytes,
      }))
      return { root_uri: artifactUri, files: orAbsent(files) }
    },
  })
