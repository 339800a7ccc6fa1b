/** A file of a bundle, by its path inside with `/`. */
export type BundleFile = {
  readonly path: string
  readonly content: string | Uint8Array
  readonly isExecutable?: true
}

/** The same files, a folder further down. */
export const under = (folder: string, files: readonly BundleFile[]): readonly BundleFile[] =>
  files.map((file) => ({ ...file, path: `${folder}/${file.path}` }))
