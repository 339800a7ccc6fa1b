import { posix } from 'node:path'
import { invalidParameter, type MlflowError } from '../wire/index.ts'

/** Where the files of a version are said to be. */
export type ModelSource =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'loggedModel'; readonly id: string }
  | { readonly kind: 'version'; readonly model: string; readonly version: number | string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string }
  | { readonly kind: 'artifacts'; readonly uri: string }
  | { readonly kind: 'remote' }

/**
 * Reads where a version's files are, as text alone: nothing is looked up.
 *
 * @throws MlflowError where a place elsewhere is written so that it may lead to another, however often it is encoded.
 */
export function parseModelSource(text: string): ModelSource {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined || scheme === 'file' || scheme.length === 1) return { kind: 'local', path: localPath(text) }
  assertStraight(text)
  if (scheme === 'runs') return parseRun(text)
  if (scheme === 'models') return parseModels(text)
  return scheme === 'mlflow-artifacts' ? { kind: 'artifacts', uri: text } : { kind: 'remote' }
}

/** The path behind `file:` or of a bare path, decoded. */
function localPath(text: string): string {
  const path = text.replace(/^file:(\/\/(localhost|127\.0\.0\.1)?(?=\/))?/i, '')
  return /^file:/i.test(text) ? decodeFully(path) : path
}

function parseRun(text: string): ModelSource {
  const [, runId, path = ''] = /^runs:\/*([^/]+)\/?(.*)$/i.exec(text) ?? []
  if (runId === undefined || text.toLowerCase().startsWith('runs://')) throw unreadable(text)
  return { kind: 'run', runId, path }
}

/** `models:/m-…`, `models:/NAME/VERSION` or `models:/NAME@ALIAS`; a name may hold `/`. */
function parseModels(text: string): ModelSource {
  const rest = /^models:\/([^/].*)$/i.exec(text)?.[1]?.replace(/\/+$/, '')
  if (rest === undefined) throw unreadable(text)
  if (/^m-[^/@]+$/.test(rest)) return { kind: 'loggedModel', id: rest }
  const [, model, number] = /^(.+)\/(\d+)$/.exec(rest) ?? /^(.+)@([\w-]+)$/.exec(rest) ?? []
  if (model !== undefined && number !== undefined) {
    return { kind: 'version', model, version: /^\d+$/.test(number) ? Number(number) : number }
  }
  const [, latest] = /^(.+)\/latest$/i.exec(rest) ?? []
  if (latest !== undefined) return { kind: 'version', model: latest, version: 'latest' }
  throw unreadable(text)
}

const unreadable = (text: string): MlflowError =>
  invalidParameter(
    `Invalid model version source: '${text}'. It must be runs:/RUN_ID/PATH, models:/MODEL_ID, models:/NAME/VERSION or models:/NAME@ALIAS.`,
  )

/** A path that is not its own shortest form, or hides one, may lead out of where it seems to lie. */
function assertStraight(text: string): void {
  const decoded = decodeFully(text)
  const path = decoded
    .replace(/^[a-z][a-z0-9+.-]*:(\/\/[^/?#]*)?/i, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+/g, '/')
    .replace(/(.)\/$/, '$1')
  const isStraight = path === '' || posix.normalize(path) === path
  if (isStraight && !decoded.includes('\0') && !decoded.split(/[/\\]/).includes('..')) return
  throw invalidParameter(
    `Invalid model version source: '${text}'. If supplying a source as an http, https, local file path, ftp, objectstore, ` +
      'or mlflow-artifacts uri, an absolute path must be provided without relative path references present. ' +
      'Please provide an absolute path.',
  )
}

const MAX_ROUNDS = 20

/** Percent-decodes again and again until nothing changes. */
function decodeFully(text: string): string {
  let [before, decoded] = ['', text]
  for (let round = 0; before !== decoded && round < MAX_ROUNDS; round++) {
    before = decoded
    decoded = decoded.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)))
  }
  return decoded
}

/** Whether a URI is another one or lies below it, part by part and decoded. */
export function isBelowUri(uri: string, root: string): boolean {
  const [inner, outer] = [partsOf(uri), partsOf(root)]
  return outer.length > 1 && outer.every((part, i) => part === inner[i])
}

/** The parts of a URI's path, decoded, after its scheme. */
export const partsOf = (uri: string): readonly string[] =>
  uri
    .split('/')
    .filter((part) => part !== '')
    .map(decodeFully)

/** Whether a path on this machine lies inside of a folder, as text. */
export function isInsideFolder(path: string, folder: string): boolean {
  const [inner, outer] = [posix.normalize(path), posix.normalize(folder).replace(/\/+$/, '')]
  return posix.isAbsolute(inner) && (inner === outer || inner.startsWith(`${outer}/`))
}

export const strayArtifacts = (text: string, owner: 'run' | 'model'): MlflowError =>
  invalidParameter(
    `Invalid model version source: '${text}'. The ${owner}_id request parameter must identify the resource that contains the source.`,
  )

/** @param owner - `run` or `model`: what has to be named, with the id of which parameter. */
export const localRefused = (text: string, owner: 'run' | 'model'): MlflowError =>
  invalidParameter(
    `Invalid model version source: '${text}'. To use a local path as a model version source, the ${owner}_id request parameter has to be ` +
      `specified and the local path has to be contained within the artifact directory of the run specified by the ${owner}_id.`,
  )
