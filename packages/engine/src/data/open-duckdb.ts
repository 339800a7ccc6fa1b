import { mkdir } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { DataEngineOptions } from './data-engine.ts'
import { asDataError, cancelled } from './duckdb-errors.ts'
import { literalPath, sqlList, sqlText } from './sql.ts'

/** DuckDB's own settings for one piece of work. */
export type DuckDBSettings = Readonly<Record<string, string>>

export type OpenDuckDB = { readonly connection: DuckDBConnection; readonly close: () => void }

/**
 * Opens DuckDB for one piece of work (about 10 ms); closing gives all its memory back.
 *
 * It sees the files that the work names (all below a folder whose path ends in a separator) and its own folder for spilling; everything else of the machine, extensions from the network
 * and its own settings are locked, so that SQL of a user can do no more than SELECT.
 */
export async function openDuckDB(
  options: DataEngineOptions,
  paths: readonly string[],
  settings: DuckDBSettings = {},
): Promise<OpenDuckDB> {
  if (options.signal?.aborted) throw cancelled()
  const { DuckDBInstance } = await import('@duckdb/node-api')
  await mkdir(options.tempDir, { recursive: true })
  const instance = await DuckDBInstance.create(':memory:', { ...configuration(options), ...settings })
  const connection = await instance.connect()
  const interrupt = () => connection.interrupt()
  options.signal?.addEventListener('abort', interrupt)
  const close = () => {
    options.signal?.removeEventListener('abort', interrupt)
    connection.closeSync()
    instance.closeSync()
  }
  try {
    await lock(connection, paths)
  } catch (error) {
    close()
    throw error
  }
  return { connection, close }
}

/** Opens DuckDB, works, closes it, and says errors in Regia's words. */
export async function withDuckDB<Result>(
  options: DataEngineOptions,
  paths: readonly string[],
  work: (connection: DuckDBConnection) => Promise<Result>,
  settings: DuckDBSettings = {},
): Promise<Result> {
  const { connection, close } = await openDuckDB(options, paths, settings)
  try {
    return await work(connection)
  } catch (error) {
    throw asDataError(error, options)
  } finally {
    close()
  }
}

let shared: Promise<DuckDBInstance> | undefined

/**
 * For small pieces of our own SQL, in which no text of a user stands: they share one instance of this process, since opening one takes
 * several times as long as they do. Each has a connection, and so temporary tables, of its own.
 */
export async function withSharedDuckDB<Result>(
  options: DataEngineOptions,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  if (options.signal?.aborted) throw cancelled()
  shared ??= openShared()
  const connection = await (await shared).connect()
  try {
    await connection.run(`SET TimeZone = 'UTC'`)
    return await work(connection)
  } catch (error) {
    throw asDataError(error, options)
  } finally {
    connection.closeSync()
  }
}

async function openShared(): Promise<DuckDBInstance> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  return DuckDBInstance.create(':memory:', { ...NO_EXTENSIONS, memory_limit: '256MB', threads: '1' })
}

const NO_EXTENSIONS = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
}

function configuration(options: DataEngineOptions): Record<string, string> {
  return {
    memory_limit: `${options.memoryLimitMb ?? 512}MB`,
    threads: String(options.threads ?? 2),
    temp_directory: resolve(options.tempDir),
    ...NO_EXTENSIONS,
  }
}

async function lock(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  // Both spellings: DuckDB checks the pattern as written and then the file that it names.
  const spelled = [...new Set(paths.flatMap((path) => [path, literalPath(path)]))]
  const isFolder = (path: string) => path.endsWith(sep)
  const folders = spelled.filter(isFolder)
  const files = spelled.filter((path) => !isFolder(path))
  // Local times are kept as if they were UTC, so no conversion may depend on where the machine stands.
  await connection.run(`SET TimeZone = 'UTC'`)
  await connection.run(`SET allowed_paths = ${sqlList(files.map(sqlText))}`)
  if (folders.length > 0) await connection.run(`SET allowed_directories = ${sqlList(folders.map(sqlText))}`)
  await connection.run('SET enable_external_access = false')
  await connection.run('SET lock_configuration = true')
}
