import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built control room, a package of its own; nothing where it is not installed, and the server then answers as an API alone. */
export function findWebDir(): string | undefined {
  try {
    return join(dirname(fileURLToPath(import.meta.resolve('@regia/web/package.json'))), 'dist')
  } catch {
    return undefined
  }
}
