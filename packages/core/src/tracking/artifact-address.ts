const PROXIED = /^mlflow-artifacts:(?:\/\/[^/?#]*)?\/*([^?#;]*)$/i
const THROUGH_API = /^https?:\/\/[^/?#]*(?:\/[^?#;]*)?\/mlflow-artifacts\/artifacts\/*([^?#;]*)$/i

/**
 * The folder of the artifact tree that an artifact's address names; nothing where the files are kept elsewhere (a bucket, a disk of somebody else's),
 * or where the address tries to lead out of the tree. The server touches no file for such an address.
 *
 * @param uri - Such as the `artifactUri` of a run or a logged model.
 * @returns A path without leading or trailing `/`; `""` for the root of the tree.
 * @example artifactFolderOf('mlflow-artifacts:/5/RUN/artifacts') // '5/RUN/artifacts'
 * @example artifactFolderOf('s3://bucket/5') // undefined
 */
export function artifactFolderOf(uri: string): string | undefined {
  const written = (PROXIED.exec(uri) ?? THROUGH_API.exec(uri))?.[1]
  const path = written === undefined ? undefined : decode(written)
  if (path === undefined || /[\\\0]/.test(path)) return undefined
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.includes('..') ? undefined : parts.join('/')
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
