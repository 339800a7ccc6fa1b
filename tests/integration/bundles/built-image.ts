import { chmod, copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join, matchesGlob } from 'node:path'
import { DockerfileParser, type Instruction } from 'dockerfile-ast'
import { type Files, textOf } from './bundle-lab.ts'

/** What `docker build` would have made of a context: a tree of files and how its process is started. */
export type BuiltImage = {
  /** Absolute paths of the image lie under it. */
  readonly root: string
  readonly workingDir: string
  readonly env: Readonly<Record<string, string>>
  readonly user: number
  readonly command: readonly string[]
  readonly healthCheck: readonly string[]
  readonly stopSignal: string
  readonly port: number
  readonly base: string
  readonly labels: Readonly<Record<string, string>>
}

/** Instructions that need neither a network nor a program of the image. */
const ALLOWED = ['ARG', 'FROM', 'LABEL', 'ENV', 'WORKDIR', 'COPY', 'USER', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'CMD']

/**
 * Carries out a Dockerfile of ours in an empty folder, copying what it copies. Fails at an instruction that would run or fetch something,
 * and at a COPY that finds nothing, as Docker does.
 */
export async function buildImage(files: Files, root: string): Promise<BuiltImage> {
  const context = contextOf(files)
  const dockerfile = DockerfileParser.parse(textOf(files, 'Dockerfile'))
  const instructions = dockerfile.getInstructions()
  const last = (name: string) => instructions.filter((each) => each.getKeyword() === name).at(-1)
  const image = { env: {} as Record<string, string>, workingDir: '/', args: {} as Record<string, string> }
  for (const instruction of instructions) {
    const keyword = instruction.getKeyword()
    if (!ALLOWED.includes(keyword)) throw new Error(`the Dockerfile does more than copy: ${keyword}`)
    const words = wordsOf(instruction)
    if (keyword === 'ARG') Object.assign(image.args, pairsOf(instruction))
    if (keyword === 'ENV') Object.assign(image.env, pairsOf(instruction))
    if (keyword === 'WORKDIR') image.workingDir = words[0]!
    if (keyword === 'COPY') await copy(context, words, root, image.workingDir)
  }
  return {
    root,
    workingDir: join(root, image.workingDir),
    env: image.env,
    user: Number(wordsOf(last('USER')!)[0]!.split(':')[0]),
    command: JSON.parse(last('CMD')!.getArgumentsContent() ?? ''),
    healthCheck: JSON.parse(/CMD (\[.*\])/.exec(last('HEALTHCHECK')!.getArgumentsContent() ?? '')![1]!),
    stopSignal: wordsOf(last('STOPSIGNAL')!)[0]!,
    port: Number(wordsOf(last('EXPOSE')!)[0]),
    base: (wordsOf(last('FROM')!)[0] ?? '').replace(/^\$\{(\w+)\}$/, (_, name: string) => image.args[name] ?? ''),
    labels: pairsOf(last('LABEL')!),
  }
}

/** The files that Docker would be sent. */
function contextOf(files: Files): Files {
  const ignored = textOf(files, '.dockerignore')
    .split('\n')
    .filter((line) => line !== '')
  return new Map([...files].filter(([path]) => !ignored.some((pattern) => matchesGlob(path, pattern))))
}

const wordsOf = (instruction: Instruction): readonly string[] =>
  instruction
    .getArguments()
    .map((argument) => argument.getValue())
    .filter((word) => !word.startsWith('--'))

/** `KEY=VALUE` words, quotes off. */
const pairsOf = (instruction: Instruction): Record<string, string> =>
  Object.fromEntries(
    wordsOf(instruction).map((word) => {
      const at = word.indexOf('=')
      return [word.slice(0, at), word.slice(at + 1).replace(/^"(.*)"$/, '$1')]
    }),
  )

async function copy(context: Files, words: readonly string[], root: string, workingDir: string): Promise<void> {
  const [target = '', sources] = [words.at(-1), words.slice(0, -1)]
  const into = join(root, target.startsWith('/') ? target : join(workingDir, target))
  for (const source of sources) {
    const found = [...context].filter(([path]) => path.startsWith(`${source}/`) || matchesGlob(path, source))
    if (found.length === 0) throw new Error(`COPY ${source}: no such file in the context`)
    for (const [path, content] of found) {
      const place = path.startsWith(`${source}/`) ? path.slice(source.length + 1) : path
      await mkdir(dirname(join(into, place)), { recursive: true })
      await writeFile(join(into, place), content)
    }
  }
}

/** Takes away every right to write below a folder. */
export async function makeReadOnly(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    await chmod(path, (await stat(path)).isDirectory() ? 0o555 : 0o444)
  }
  await chmod(folder, 0o555)
}

/** The base image's Node: the one that runs the tests, under the name by which an image calls it. */
export async function installNode(root: string): Promise<string> {
  const path = join(root, 'usr/local/bin/node')
  await mkdir(dirname(path), { recursive: true })
  await copyFile(process.execPath, path)
  await chmod(path, 0o755)
  return dirname(path)
}
