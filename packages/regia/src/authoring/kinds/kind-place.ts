/** Where something of a project's own kind works. */
export type KindPlace = {
  readonly projectDir: string
  /** The folder that this environment keeps everything in. */
  readonly home: string
  /** Absent for the base. */
  readonly environment: string | undefined
}
