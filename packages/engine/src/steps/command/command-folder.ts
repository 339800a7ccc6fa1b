import { chmod, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LeasedStep, StepManifest } from '@regia/core'
import type { BlobStore } from '../../blobs/index.ts'
import { layOutFolder } from '../lay-out-folder.ts'

/** The folders of a program's attempt. */
export type CommandFolder = {
  /** Where it starts: its own files. */
  readonly workDir: string
  /** Its inputs, under names with the endings that tell what they are. */
  readonly inputDir: string
  /** Where it writes its outputs; anything else there is undeclared. */
  readonly madeDir: string
  readonly tempDir: string
  /** What it is told in files. */
  readonly toldDir: string
}

export const commandFolder = ({ resultPath }: Pick<StepManifest, 'resultPath'>): CommandFolder =>
  foldersIn(dirname(resultPath))

const foldersIn = (dir: string): CommandFolder => ({
  workDir: join(dir, 'program'),
  inputDir: join(dir, 'given'),
  madeDir: join(dir, 'made'),
  tempDir: join(dir, 'temp'),
  toldDir: join(dir, 'told'),
})

/** Makes the folders of a program in its attempt's folder and lays out its files. The worker does, who has the blob store. */
export async function layOutProgram({ command }: LeasedStep, attemptDir: string, blobs: BlobStore): Promise<void> {
  const folders = foldersIn(attemptDir)
  for (const dir of Object.values(folders)) await mkdir(dir, { recursive: true })
  if (!command?.files) return
  const { files } = await layOutFolder(command.files, folders.workDir, blobs)
  // They are copies of its own, and a script among them may be the program.
  for (const { path } of files) await chmod(join(folders.workDir, ...path.split('/')), 0o755)
}
