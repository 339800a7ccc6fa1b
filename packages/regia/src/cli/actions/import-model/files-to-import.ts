import { open, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, posix, relative, sep } from 'node:path'
import { externalLocations, IMPORT_LIMITS, RegiaError, wayOutOfFile } from '@regia/core'

/** What is sent: files of this machine under their paths within the folder that is imported. */
export type FilesToImport = ReadonlyMap<string, string>

/**
 * The files that belong to a model: an ONNX file and those with its weights, all of a folder of MLflow's, or one package.
 *
 * @throws RegiaError `NOT_FOUND`; `MODEL_INVALID` for a pickle and its like, with the way out, and for weights outside of the model's folder.
 */
export async function filesToImport(path: string): Promise<FilesToImport> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new RegiaError('NOT_FOUND', `There is no file or folder "${path}".`, {
      where: path,
      hint: 'Name an .onnx file, a folder of MLflow with its MLmodel, or a package (.zip).',
      cause,
    })
  })
  if (found.isDirectory()) return filesOfFolder(path)
  const wayOut = wayOutOfFile(basename(path), await firstBytes(path))
  if (wayOut) throw wayOut
  return path.toLowerCase().endsWith('.zip') ? new Map([['package.zip', path]]) : withWeights(path)
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(16), 0, 16, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function withWeights(path: string): Promise<FilesToImport> {
  const files = new Map([['model.onnx', path]])
  const folder = await realpath(dirname(path))
  for (const location of externalLocations(await readFile(path))) {
    const inside = posix.normalize(location.replaceAll('\\', '/'))
    if (inside.startsWith('..') || posix.isAbsolute(inside) || /^[A-Za-z]:/.test(inside)) throw outside(path, location)
    const file = await realpath(join(folder, inside)).catch((cause: unknown) => {
      throw new RegiaError('MODEL_INVALID', `The model keeps weights in "${location}", which is not beside it.`, {
        where: path,
        hint: 'Put the file where the model was written, or save the model as one file: onnx.save(model, "model.onnx").',
        cause,
      })
    })
    // A link may lead anywhere.
    if (relative(folder, file).startsWith(`..${sep}`)) throw outside(path, location)
    files.set(inside, file)
  }
  return files
}

const outside = (path: string, location: string): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `The model keeps weights in "${location.slice(0, 200)}", outside of its own folder.`,
    {
      where: path,
      hint: 'Save the model as one file: onnx.save(onnx.load("model.onnx"), "one.onnx").',
    },
  )

async function filesOfFolder(folder: string): Promise<FilesToImport> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const paths = files.map((file) => [relative(folder, file).split(sep).join('/'), file] as const)
  if (paths.length > IMPORT_LIMITS.files) throw noModel(folder, `it holds ${paths.length} files`)
  if (paths.some(([path]) => basename(path) === 'MLmodel')) return new Map(paths)
  const [graph, another] = paths.filter(([path]) => path.toLowerCase().endsWith('.onnx'))
  if (graph && !another) return withWeights(graph[1])
  throw noModel(
    folder,
    another ? 'it holds several .onnx files and no MLmodel' : 'it holds neither MLmodel nor .onnx file',
  )
}

const noModel = (folder: string, fault: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `The folder cannot be imported: ${fault}.`, {
    where: folder,
    hint: 'Name the .onnx file itself, or a folder that mlflow.onnx.save_model wrote.',
  })
