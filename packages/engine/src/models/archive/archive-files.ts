/** The files of a package archive in the order in which they are zipped, and how large each may be once unpacked. */
export const ARCHIVE_FILES = {
  'manifest.json': 32 * 2 ** 20,
  'model.onnx': 512 * 2 ** 20,
  'signature.json': 16 * 2 ** 20,
  'example.json': 16 * 2 ** 20,
  'reference-profile.json': 64 * 2 ** 20,
  'checks.json': 64 * 2 ** 20,
  'lineage.json': 16 * 2 ** 20,
  'training.json': 512 * 2 ** 20,
  'card.md': 16 * 2 ** 20,
  LICENSES: 2 ** 20,
  MLmodel: 16 * 2 ** 20,
} as const
export type ArchiveFileName = keyof typeof ARCHIVE_FILES

/** Those without which an archive is none. */
export const REQUIRED_FILES: readonly ArchiveFileName[] = [
  'manifest.json',
  'model.onnx',
  'signature.json',
  'example.json',
  'lineage.json',
  'card.md',
  'LICENSES',
  'MLmodel',
]

export const isArchiveFile = (name: string): name is ArchiveFileName => Object.hasOwn(ARCHIVE_FILES, name)
