import { canonicalJson } from '@regia/core'
import { enterProject, enterVariables } from './attempt-surroundings.ts'

export type Surroundings = {
  readonly variables: Readonly<Record<string, string>>
  /** Absent where the working folder does not matter. */
  readonly projectDir?: string
}

/** The environment variables and working folder of this process, shared by steps that want the same; others wait their turn. */
export class SharedSurroundings {
  #key = ''
  #count = 0
  #restore: (() => void) | undefined
  readonly #waiting: { readonly key: string; readonly admit: () => void }[] = []

  /** Resolves when this process is as wanted. @returns What gives it back. @throws RegiaError `NOT_FOUND` without the project's folder. */
  async enter(wanted: Surroundings): Promise<() => void> {
    const key = canonicalJson(wanted)
    if (this.#count === 0 || (this.#key === key && this.#waiting.length === 0)) {
      this.#key = key
      this.#count++
    } else await new Promise<void>((admit) => this.#waiting.push({ key, admit }))
    try {
      this.#restore ??= arrange(wanted)
    } catch (error) {
      this.#leave()
      throw error
    }
    return () => this.#leave()
  }

  #leave(): void {
    if (--this.#count > 0) return
    this.#restore?.()
    this.#restore = undefined
    this.#admitNext()
  }

  /** The one that waits longest, and all right behind it that want the same. */
  #admitNext(): void {
    const [first] = this.#waiting
    if (!first) return
    this.#key = first.key
    while (this.#waiting[0]?.key === first.key) {
      this.#count++
      this.#waiting.shift()?.admit()
    }
  }
}

function arrange({ variables, projectDir }: Surroundings): () => void {
  const leaveProject = projectDir === undefined ? undefined : enterProject(projectDir)
  const leaveVariables = enterVariables(variables)
  return () => {
    leaveVariables()
    leaveProject?.()
  }
}
