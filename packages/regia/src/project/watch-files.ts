import { createHash } from 'node:crypto'
import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { RegiaError } from '@regia/core'

export type WatchOptions = {
  /** A folder; everything below it counts, but for packages, hidden folders and what tools make. */
  readonly dir: string
  /** Files, relative to the folder, whose changes count for nothing: what runs write themselves. */
  readonly isIgnored?: (path: string) => boolean
  readonly signal: AbortSignal
}

const IGNORED_FOLDERS = new Set(['node_modules', 'dist', 'build', 'coverage', '__pycache__', 'venv'])
/** Editors write a file in several steps, and people save several files at once. */
const QUIET_MS = 120
/** What writes without end, such as a log, must not keep the others waiting for ever. */
const PATIENCE_MS = 1_000
/** Of a larger file only that it was written is looked at. */
const MAX_HASHED_BYTES = 50_000_000

/**
 * The files of a folder that have another content than before, each time after some were saved and nothing more comes.
 * What changes while the receiver is busy comes together in its next turn. Ends when the signal aborts.
 *
 * @throws RegiaError `UNAVAILABLE` where the system lets no more folders be watched.
 */
export async function* changedFiles(options: WatchOptions): AsyncGenerator<readonly string[], undefined> {
  const watched = await Watched.open(options)
  try {
    while (!options.signal.aborted) {
      const changed = await watched.next()
      if (changed.length > 0) yield changed
    }
  } finally {
    watched.close()
  }
}

class Watched {
  readonly #options: WatchOptions
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #contents = new Map<string, string>()
  readonly #touched = new Set<string>()
  #firstTouch = 0
  #lastTouch = 0
  #wake: () => void = () => {}

  private constructor(options: WatchOptions) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  static async open(options: WatchOptions): Promise<Watched> {
    const watched = new Watched(options)
    try {
      for (const path of watched.#add(options.dir))
        watched.#contents.set(path, await contentOf(join(options.dir, path)))
      return watched
    } catch (error) {
      watched.close()
      throw error
    }
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  /** Waits until something was touched and then nothing for a while. */
  async next(): Promise<readonly string[]> {
    while (!this.#options.signal.aborted) {
      const restMs = this.#touched.size === 0 ? undefined : this.#dueAt() - performance.now()
      if (restMs !== undefined && restMs <= 0) return this.#takeChanged()
      await this.#pause(restMs)
    }
    return []
  }

  #dueAt(): number {
    return Math.min(this.#lastTouch + QUIET_MS, this.#firstTouch + PATIENCE_MS)
  }

  #pause(ms: number | undefined): Promise<void> {
    return new Promise((done) => {
      const timer = ms === undefined ? undefined : setTimeout(done, ms)
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }

  async #takeChanged(): Promise<readonly string[]> {
    const touched = [...this.#touched].sort()
    this.#touched.clear()
    const changed: string[] = []
    for (const path of touched) {
      const content = await contentOf(join(this.#options.dir, path))
      if (content === (this.#contents.get(path) ?? ABSENT)) continue
      this.#contents.set(path, content)
      changed.push(path)
    }
    return changed
  }

  #touch(path: string): void {
    if (this.#options.isIgnored?.(path)) return
    this.#lastTouch = performance.now()
    if (this.#touched.size === 0) this.#firstTouch = this.#lastTouch
    this.#touched.add(path)
    this.#wake()
  }

  /** Watches a folder and those below it. Gives the files that stand in them. */
  #add(dir: string): string[] {
    if (this.#watchers.has(dir)) return []
    const watcher = openWatcher(dir, (name) => this.#onEvent(dir, name))
    watcher.on('error', () => this.#forget(dir))
    this.#watchers.set(dir, watcher)
    return readFolder(dir).flatMap((entry) => {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) return isWatched(entry.name) ? this.#add(path) : []
      return [relative(this.#options.dir, path).replaceAll(sep, '/')]
    })
  }

  #onEvent(dir: string, name: string): void {
    const path = join(dir, name)
    if (this.#watchers.has(path) && readFolder(path).length === 0) this.#forget(path)
    if (isFolder(dir, name)) {
      // Files may have come into a new folder before it was watched.
      if (isWatched(name)) for (const file of this.#add(path)) this.#touch(file)
    } else this.#touch(relative(this.#options.dir, path).replaceAll(sep, '/'))
  }

  #forget(dir: string): void {
    this.#watchers.get(dir)?.close()
    this.#watchers.delete(dir)
  }
}

const isWatched = (name: string): boolean => !name.startsWith('.') && !IGNORED_FOLDERS.has(name)

const isFolder = (dir: string, name: string): boolean =>
  readFolder(dir).some((entry) => entry.name === name && entry.isDirectory())

/** Nothing for a folder that has gone. */
function readFolder(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true })
  } catch {
    return []
  }
}

function openWatcher(dir: string, onName: (name: string) => void): FSWatcher {
  try {
    return watch(dir, (_event, name) => {
      if (name !== null) onName(name)
    })
  } catch (cause) {
    throw new RegiaError(
      'UNAVAILABLE',
      `This folder cannot be watched: ${cause instanceof Error ? cause.message : cause}.`,
      {
        where: dir,
        hint: 'Let the system watch more files (on Linux: sysctl fs.inotify.max_user_watches), or run without --watch.',
        cause,
      },
    )
  }
}

const ABSENT = 'absent'

async function contentOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path)
    if (size > MAX_HASHED_BYTES) return `${size} ${mtimeMs}`
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  } catch {
    return ABSENT
  }
}
