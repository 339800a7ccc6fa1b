/** Below an artifact root, before its query if it has one: a bucket's address may say how it is reached. @example below('s3://b/p?x=1', 'a') // 's3://b/p/a?x=1' */
function below(root: string, path: string): string {
  const [folder = '', query] = root.split(/\?(.*)/s)
  return `${folder.replace(/\/+$/, '')}/${path}${query === undefined ? '' : `?${query}`}`
}

export const runArtifacts = (root: string, runId: string): string => below(root, `${runId}/artifacts`)

export const modelArtifacts = (root: string, modelId: string): string => below(root, `models/${modelId}/artifacts`)
